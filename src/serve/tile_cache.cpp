#include "serve/tile_cache.h"

namespace firmground::serve {
namespace {

/// What an entry costs beside its tile, so that a million empty tiles are bounded too.
constexpr std::size_t kEntry_bytes = 200;

}  // namespace

std::shared_ptr<const std::string> TileCache::find(const std::string& key) {
  const std::lock_guard lock(mutex_);
  const auto at = positions_.find(key);
  if (at == positions_.end()) {
    return nullptr;
  }
  entries_.splice(entries_.begin(), entries_, at->second);
  return at->second->tile;
}

void TileCache::keep(const std::string& key, std::shared_ptr<const std::string> tile) {
  const std::lock_guard lock(mutex_);
  if (positions_.contains(key)) {
    return;  // another thread drew the same tile: the bytes are equal
  }
  bytes_ += tile->size() + kEntry_bytes;
  entries_.push_front({key, std::move(tile)});
  positions_[key] = entries_.begin();
  while (bytes_ > limit_bytes_ && !entries_.empty()) {
    bytes_ -= entries_.back().tile->size() + kEntry_bytes;
    positions_.erase(entries_.back().key);
    entries_.pop_back();
  }
}

}  // namespace firmground::serve
