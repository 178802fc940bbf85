#include "serve/gzip.h"

#include <zlib.h>

#include "base/check.h"

namespace firmground::serve {
namespace {

constexpr int kGzipWindow = 15 + 16;

Bytef* input_of(std::string_view text) {
  // zlib's interface is older than const; it does not write here.
  return reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
}

}  // namespace

std::string gzip(std::string_view text, int level) {
  z_stream stream{};
  FG_CHECK(deflateInit2(&stream, level, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(deflateBound(&stream, text.size()), '\0');
  stream.next_in = input_of(text);
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  FG_CHECK(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string gunzip(std::string_view compressed) {
  z_stream stream{};
  FG_CHECK(inflateInit2(&stream, kGzipWindow) == Z_OK);
  std::string out;
  std::string block(1 << 16, '\0');
  stream.next_in = input_of(compressed);
  stream.avail_in = static_cast<uInt>(compressed.size());
  int state = Z_OK;
  while (state == Z_OK) {
    stream.next_out = reinterpret_cast<Bytef*>(block.data());
    stream.avail_out = static_cast<uInt>(block.size());
    state = inflate(&stream, Z_NO_FLUSH);
    FG_CHECK(state == Z_OK || state == Z_STREAM_END);
    out.append(block, 0, block.size() - stream.avail_out);
  }
  inflateEnd(&stream);
  return out;
}

}  // namespace firmground::serve
