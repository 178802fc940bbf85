#include "geo/snap_rounding.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"

namespace firmground::geo {

namespace {

__extension__ using Wide = __int128;

Wide cross(const GridPoint& a, const GridPoint& b, const GridPoint& c) {
  return Wide{b.x - a.x} * (c.y - a.y) - Wide{b.y - a.y} * (c.x - a.x);
}

int sign(Wide value) {
  return (value > 0) - (value < 0);
}

// A segment from its smaller end (by x, then y) to its larger one, once, however many contours run along it.
struct Line {
  GridPoint a;
  GridPoint b;
  std::uint32_t first_use;
  std::int64_t low() const { return std::min(a.y, b.y); }
  std::int64_t high() const { return std::max(a.y, b.y); }
  friend bool operator==(const Line& p, const Line& q) { return p.a == q.a && p.b == q.b; }
};

// Horizontal strips of equal height, each with the indices of what lies in it, in the order of entry.
class Strips {
 public:
  Strips(std::int64_t low, std::int64_t high, std::size_t count)
      : low_(low), height_(std::max<std::int64_t>(1, (high - low) / static_cast<std::int64_t>(count) + 1)) {
    count_ = static_cast<std::size_t>((high - low) / height_) + 1;
  }

  std::size_t count() const { return count_; }
  std::size_t of(std::int64_t y) const {
    const std::int64_t strip = (y - low_) / height_;
    return static_cast<std::size_t>(std::clamp<std::int64_t>(strip, 0, static_cast<std::int64_t>(count_) - 1));
  }
  std::int64_t bottom(std::size_t strip) const { return low_ + static_cast<std::int64_t>(strip) * height_; }
  std::int64_t top(std::size_t strip) const { return bottom(strip + 1); }

  // range(i) gives the lowest and the highest ordinate of entry i.
  template <typename Range>
  void fill(std::size_t entries, const Range& range) {
    begin_.assign(count_ + 1, 0);
    for (std::size_t i = 0; i < entries; ++i) {
      const auto [low, high] = range(i);
      for (std::size_t strip = of(low); strip <= of(high); ++strip) {
        ++begin_[strip + 1];
      }
    }
    for (std::size_t strip = 0; strip < count_; ++strip) {
      begin_[strip + 1] += begin_[strip];
    }
    entries_.resize(begin_[count_]);
    std::vector<std::uint32_t> next(begin_.begin(), begin_.end() - 1);
    for (std::size_t i = 0; i < entries; ++i) {
      const auto [low, high] = range(i);
      for (std::size_t strip = of(low); strip <= of(high); ++strip) {
        entries_[next[strip]++] = static_cast<std::uint32_t>(i);
      }
    }
  }
  const std::uint32_t* begin(std::size_t strip) const { return entries_.data() + begin_[strip]; }
  const std::uint32_t* end(std::size_t strip) const { return entries_.data() + begin_[strip + 1]; }

 private:
  std::int64_t low_;
  std::int64_t height_;
  std::size_t count_;
  std::vector<std::uint32_t> begin_;
  std::vector<std::uint32_t> entries_;
};

// As many strips as keep the lines of most of them few, and most lines in one or two.
std::size_t strips_for(const std::vector<Line>& lines, std::int64_t low, std::int64_t high) {
  constexpr std::size_t kFewLines = 96;
  constexpr std::size_t kLinesPerStrip = 24;
  if (lines.size() < kFewLines) {
    return 1;
  }
  double heights = 0;
  for (const Line& line : lines) {
    heights += static_cast<double>(line.high() - line.low());
  }
  const double mean = heights / static_cast<double>(lines.size()) + 1;
  const double by_height = static_cast<double>(high - low) / mean;
  return std::max<std::size_t>(1, std::min(lines.size() / kLinesPerStrip, static_cast<std::size_t>(by_height)));
}

// floor(value / divisor + 1/2), for a positive divisor.
std::int64_t rounded_quotient(Wide value, Wide divisor) {
  const Wide numerator = 2 * value + divisor;
  const Wide denominator = 2 * divisor;
  Wide quotient = numerator / denominator;
  if (numerator % denominator < 0) {
    --quotient;
  }
  return static_cast<std::int64_t>(quotient);
}

// The cell that holds the crossing of two lines which cross inside of both.
GridPoint crossing(const Line& p, const Line& q) {
  Wide along = cross(q.a, q.b, p.a);
  Wide whole = along - cross(q.a, q.b, p.b);
  if (whole < 0) {
    along = -along;
    whole = -whole;
  }
  return {p.a.x + rounded_quotient(along * (p.b.x - p.a.x), whole),
          p.a.y + rounded_quotient(along * (p.b.y - p.a.y), whole)};
}

// Whether the line meets the cell about p, which holds its left and lower edge but not its right and upper one, so that
// cells share no point. REQUIRES: p lies in the box of the line. The corners of the cell are half a step away: all is
// doubled.
bool meets_cell(const Line& line, const GridPoint& p) {
  const Wide dx = line.b.x - line.a.x;
  const Wide dy = line.b.y - line.a.y;
  const Wide offset = 2 * cross(line.a, line.b, p);
  if (dy > 0) {  // rising: the extreme corners are upper left and lower right, neither of the cell
    return -(dx + dy) < offset && offset < dx + dy;
  }
  return -(dx - dy) < offset && offset <= dx - dy;  // falling or level: lower left (of the cell) and upper right (not)
}

class SnapRounding {
 public:
  explicit SnapRounding(const std::vector<GridSegment>& segments) {
    take(segments);
    if (!lines_.empty()) {
      mark_cells();
      route_all();
      merge();
    }
    const auto uses = static_cast<std::uint32_t>(result_.uses.size());
    result_.edges.push_back({0, 0, uses});
  }
  NodedLinework result() { return std::move(result_); }

 private:
  struct Run {  // a contour along an edge
    std::uint32_t from;
    std::uint32_t to;
    ContourCount use;
  };

  void take(const std::vector<GridSegment>& segments) {
    struct Entry {
      Line line;
      ContourCount use;
    };
    std::vector<Entry> entries;
    entries.reserve(segments.size());
    for (const GridSegment& s : segments) {
      FG_CHECK(std::max({std::abs(s.from.x), std::abs(s.from.y), std::abs(s.to.x), std::abs(s.to.y)}) <=
               kLargestGridCoordinate);
      if (s.from < s.to) {
        entries.push_back({{s.from, s.to, 0}, {s.contour, 1}});
      } else if (s.to < s.from) {
        entries.push_back({{s.to, s.from, 0}, {s.contour, -1}});
      }
    }
    std::sort(entries.begin(), entries.end(), [](const Entry& p, const Entry& q) {
      return p.line.a != q.line.a   ? p.line.a < q.line.a
             : p.line.b != q.line.b ? p.line.b < q.line.b
                                    : p.use.contour < q.use.contour;
    });
    lines_.reserve(entries.size());
    uses_.reserve(entries.size());
    for (const Entry& entry : entries) {
      if (lines_.empty() || !(lines_.back() == entry.line)) {
        lines_.push_back({entry.line.a, entry.line.b, static_cast<std::uint32_t>(uses_.size())});
      }
      uses_.push_back(entry.use);
    }
    for (const Line& line : lines_) {
      low_ = std::min(low_, line.low());
      high_ = std::max(high_, line.high());
    }
  }

  void mark_cells() {
    std::vector<GridPoint>& cells = result_.vertices;
    cells.reserve(3 * lines_.size());
    for (const Line& line : lines_) {
      cells.push_back(line.a);
      cells.push_back(line.b);
    }
    Strips strips(low_, high_, strips_for(lines_, low_, high_));
    strips.fill(lines_.size(), [&](std::size_t i) { return std::pair(lines_[i].low(), lines_[i].high()); });
    for (std::size_t strip = 0; strip < strips.count(); ++strip) {
      for (const std::uint32_t* p = strips.begin(strip); p != strips.end(strip); ++p) {
        const Line& line = lines_[*p];
        // Lines are in order of their smaller abscissa.
        for (const std::uint32_t* q = p + 1; q != strips.end(strip) && lines_[*q].a.x <= line.b.x; ++q) {
          const std::int64_t bottom = std::max(line.low(), lines_[*q].low());
          if (bottom <= std::min(line.high(), lines_[*q].high()) && strips.of(bottom) == strip) {
            mark_crossing(line, lines_[*q]);
          }
        }
      }
    }
    std::sort(cells.begin(), cells.end());
    cells.erase(std::unique(cells.begin(), cells.end()), cells.end());
  }

  // Where one line only touches the other it ends there, and its end marks the cell.
  void mark_crossing(const Line& p, const Line& q) {
    if (side_of(p.a, p.b, q.a) * side_of(p.a, p.b, q.b) < 0 && side_of(q.a, q.b, p.a) * side_of(q.a, q.b, p.b) < 0) {
      result_.vertices.push_back(crossing(p, q));
    }
  }

  void route_all() {
    const std::vector<GridPoint>& cells = result_.vertices;
    Strips strips(low_, high_, strips_for(lines_, low_, high_));
    strips.fill(cells.size(), [&](std::size_t i) { return std::pair(cells[i].y, cells[i].y); });
    runs_.reserve(2 * uses_.size());
    std::vector<std::uint32_t> way;
    for (std::size_t i = 0; i < lines_.size(); ++i) {
      way.clear();
      for (std::size_t strip = strips.of(lines_[i].low()); strip <= strips.of(lines_[i].high()); ++strip) {
        find_cells(lines_[i], strips, strip, way);
      }
      sort_along(lines_[i], way);
      const std::size_t last_use = i + 1 < lines_.size() ? lines_[i + 1].first_use : uses_.size();
      for (std::size_t step = 1; step < way.size(); ++step) {
        const bool onward = way[step - 1] < way[step];
        const auto [from, to] = std::minmax(way[step - 1], way[step]);
        for (std::size_t use = lines_[i].first_use; use < last_use; ++use) {
          runs_.push_back({from, to, {uses_[use].contour, onward ? uses_[use].count : -uses_[use].count}});
        }
      }
    }
  }

  // The marked cells of one strip that the line meets.
  void find_cells(const Line& line, const Strips& strips, std::size_t strip, std::vector<std::uint32_t>& way) const {
    const std::vector<GridPoint>& cells = result_.vertices;
    std::int64_t west = line.a.x;
    std::int64_t east = line.b.x;
    if (line.a.y != line.b.y && strips.count() > 1) {
      // Of a long line only the part in the strip is looked at; two steps to either side cover the rounding.
      const double slope = static_cast<double>(line.b.x - line.a.x) / static_cast<double>(line.b.y - line.a.y);
      const auto at = [&](std::int64_t y) {
        return line.a.x + static_cast<std::int64_t>(std::floor(slope * static_cast<double>(y - line.a.y)));
      };
      const std::int64_t below = at(std::max(strips.bottom(strip), line.low()) - 1);
      const std::int64_t above = at(std::min(strips.top(strip), line.high()) + 1);
      west = std::max(west, std::min(below, above) - 2);
      east = std::min(east, std::max(below, above) + 2);
    }
    const auto* first = std::lower_bound(strips.begin(strip), strips.end(strip), west,
                                         [&](std::uint32_t cell, std::int64_t x) { return cells[cell].x < x; });
    for (const auto* cell = first; cell != strips.end(strip) && cells[*cell].x <= east; ++cell) {
      const GridPoint& p = cells[*cell];
      if (p.y >= line.low() && p.y <= line.high() && meets_cell(line, p)) {
        way.push_back(*cell);
      }
    }
  }

  void sort_along(const Line& line, std::vector<std::uint32_t>& way) const {
    if (line.b.y >= line.a.y) {
      std::sort(way.begin(), way.end());
      return;
    }
    const std::vector<GridPoint>& cells = result_.vertices;
    std::sort(way.begin(), way.end(), [&](std::uint32_t p, std::uint32_t q) {
      return cells[p].x != cells[q].x ? cells[p].x < cells[q].x : cells[p].y > cells[q].y;
    });
  }

  void merge() {
    std::sort(runs_.begin(), runs_.end(), [](const Run& p, const Run& q) {
      return p.from != q.from ? p.from < q.from : p.to != q.to ? p.to < q.to : p.use.contour < q.use.contour;
    });
    for (std::size_t i = 0; i < runs_.size();) {
      const auto first = static_cast<std::uint32_t>(result_.uses.size());
      const Run& edge = runs_[i];
      while (i < runs_.size() && runs_[i].from == edge.from && runs_[i].to == edge.to) {
        ContourCount use{runs_[i].use.contour, 0};
        for (; i < runs_.size() && runs_[i].from == edge.from && runs_[i].to == edge.to &&
               runs_[i].use.contour == use.contour;
             ++i) {
          use.count += runs_[i].use.count;
        }
        use.count = use.contour == kCut ? 1 : use.count;
        if (use.count != 0) {
          result_.uses.push_back(use);
        }
      }
      if (result_.uses.size() > first) {
        result_.edges.push_back({edge.from, edge.to, first});
      }
    }
  }

  std::vector<Line> lines_;
  std::vector<ContourCount> uses_;
  std::vector<Run> runs_;
  std::int64_t low_ = std::numeric_limits<std::int64_t>::max();
  std::int64_t high_ = std::numeric_limits<std::int64_t>::min();
  NodedLinework result_;
};

}  // namespace

int side_of(const GridPoint& a, const GridPoint& b, const GridPoint& c) {
  return sign(cross(a, b, c));
}

NodedLinework snap_round(const std::vector<GridSegment>& segments) {
  return SnapRounding(segments).result();
}

}  // namespace firmground::geo
