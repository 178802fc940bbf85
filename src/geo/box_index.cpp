#include <algorithm>
#include <cmath>
#include <numeric>

#include "geo/overlay.h"

namespace firmground::geo {

namespace {

constexpr std::size_t kFanout = 16;

// Position along a Hilbert curve of 2^16 x 2^16 cells (Warren, Hacker's Delight, 16-2).
std::uint32_t hilbert(std::uint32_t x, std::uint32_t y) {
  std::uint32_t distance = 0;
  for (std::uint32_t s = 1U << 15U; s > 0; s >>= 1U) {
    const std::uint32_t right = (x & s) != 0 ? 1 : 0;
    const std::uint32_t up = (y & s) != 0 ? 1 : 0;
    distance += s * s * ((3U * right) ^ up);
    if (up == 0) {
      if (right == 1) {
        x = 0xFFFFU - x;
        y = 0xFFFFU - y;
      }
      std::swap(x, y);
    }
  }
  return distance;
}

std::uint32_t step_of(double value, double low, double high) {
  const double share = high > low ? (value - low) / (high - low) : 0;
  return static_cast<std::uint32_t>(std::clamp(share, 0.0, 1.0) * 65535);
}

}  // namespace

BoxIndex::BoxIndex(std::span<const Box> boxes) : boxes_(boxes.begin(), boxes.end()) {
  Box extent;
  for (const Box& box : boxes_) {
    if (!box.empty()) {
      extent.include(box);
    }
  }
  std::vector<std::uint32_t> key(boxes_.size(), 0);
  for (std::uint32_t i = 0; i < boxes_.size(); ++i) {
    const Box& box = boxes_[i];
    if (!box.empty()) {  // an empty box intersects nothing and needs no place
      key[i] = hilbert(step_of((box.min_x + box.max_x) / 2, extent.min_x, extent.max_x),
                       step_of((box.min_y + box.max_y) / 2, extent.min_y, extent.max_y));
      order_.push_back(i);
    }
  }
  std::stable_sort(order_.begin(), order_.end(), [&](std::uint32_t a, std::uint32_t b) { return key[a] < key[b]; });

  level_begin_.push_back(0);
  for (std::size_t i = 0; i < order_.size(); i += kFanout) {
    Box& node = nodes_.emplace_back();
    for (std::size_t k = i; k < std::min(i + kFanout, order_.size()); ++k) {
      node.include(boxes_[order_[k]]);
    }
  }
  while (nodes_.size() - level_begin_.back() > 1) {
    const std::size_t begin = level_begin_.back();
    const std::size_t end = nodes_.size();
    level_begin_.push_back(end);
    for (std::size_t i = begin; i < end; i += kFanout) {
      Box node;
      for (std::size_t k = i; k < std::min(i + kFanout, end); ++k) {
        node.include(nodes_[k]);
      }
      nodes_.push_back(node);
    }
  }
}

std::vector<std::uint32_t> BoxIndex::query(const Box& box) const {
  std::vector<std::uint32_t> hits;
  if (nodes_.empty() || box.empty()) {
    return hits;
  }
  struct Visit {
    std::size_t level;
    std::size_t node;  // within its level
  };
  std::vector<Visit> open{{level_begin_.size() - 1, 0}};
  while (!open.empty()) {
    const Visit visit = open.back();
    open.pop_back();
    if (!nodes_[level_begin_[visit.level] + visit.node].intersects(box)) {
      continue;
    }
    const std::size_t begin = visit.node * kFanout;
    if (visit.level == 0) {
      for (std::size_t k = begin; k < std::min(begin + kFanout, order_.size()); ++k) {
        if (boxes_[order_[k]].intersects(box)) {
          hits.push_back(order_[k]);
        }
      }
    } else {
      const std::size_t below = level_begin_[visit.level] - level_begin_[visit.level - 1];
      for (std::size_t k = begin; k < std::min(begin + kFanout, below); ++k) {
        open.push_back({visit.level - 1, k});
      }
    }
  }
  std::sort(hits.begin(), hits.end());
  return hits;
}

}  // namespace firmground::geo
