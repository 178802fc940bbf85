#pragma once
#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

namespace firmground::serve {

/// Finished tiles, the least recently used forgotten first.  Belongs to one edition of the programme, so that a tile of
/// an older snapshot can never be served for a newer one.  May be used from several threads.
class TileCache {
 public:
  explicit TileCache(std::size_t limit_bytes) : limit_bytes_(limit_bytes) {}

  /// Null when the tile is not held.
  std::shared_ptr<const std::string> find(const std::string& key);
  void keep(const std::string& key, std::shared_ptr<const std::string> tile);

 private:
  struct Entry {
    std::string key;
    std::shared_ptr<const std::string> tile;
  };

  std::mutex mutex_;
  std::list<Entry> entries_;  ///< most recently used first
  std::unordered_map<std::string, std::list<Entry>::iterator> positions_;
  std::size_t bytes_ = 0;
  std::size_t limit_bytes_;
};

}  // namespace firmground::serve
