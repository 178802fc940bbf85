#include "mineaction/land_book.h"

#include <algorithm>
#include <numeric>
#include <unordered_map>

#include "base/check.h"
#include "mineaction/land_ledger.h"
#include "mineaction/land_tally.h"

namespace firmground::mineaction {

using base::Result;

struct LandBook::Impl {
  struct Group {
    ClaimGroup claims;
    std::vector<ClaimedFace> faces;
  };
  // By which one list of records is entered as the other is.
  struct HazardKind {
    using Record = HazardousArea;
    static std::vector<Record>& list(Snapshot& s) { return s.hazards; }
    static const std::string& id(const Record& r) { return r.hazard_id; }
    static std::optional<Date> day(const Record& r) { return r.reported_on; }
    static void enter(LandLedger& ledger, std::size_t index) { ledger.enter_hazard(index); }
    static void leave(LandLedger& ledger, std::size_t index) { ledger.leave_hazard(index); }
    static std::int32_t claim(const LandLedger& ledger, std::size_t i) { return ledger.claim_of_hazard(i); }
  };
  struct ReleaseKind {
    using Record = LandRelease;
    static std::vector<Record>& list(Snapshot& s) { return s.land_releases; }
    static const std::string& id(const Record& r) { return r.release_id; }
    static std::optional<Date> day(const Record& r) { return r.completed_on; }
    static void enter(LandLedger& ledger, std::size_t index) { ledger.enter_release(index); }
    static void leave(LandLedger& ledger, std::size_t index) { ledger.leave_release(index); }
    static std::int32_t claim(const LandLedger& ledger, std::size_t i) { return ledger.claim_of_release(i); }
  };
  using Places = std::unordered_map<std::string, std::size_t>;

  Impl(Snapshot records, AccountOptions asked)
      : snapshot(std::move(records)),
        options(std::move(asked)),
        districts(snapshot.districts),
        ledger(snapshot, scope, districts),
        meter(*snapshot.crs),
        tally(snapshot, ledger, districts, scope, options) {}

  Result<void> open() {
    FG_TRY(scope, AccountScope::of(snapshot, options, districts));
    ledger.enter_all();
    ledger.examine_claims();
    remember<HazardKind>(hazard_at);
    remember<ReleaseKind>(release_at);
    index_boxes();
    pending.resize(ledger.claims().size());
    std::iota(pending.begin(), pending.end(), 0U);
    return divide_pending();
  }

  template <typename Kind>
  Result<void> put(typename Kind::Record record, Places& places) {
    const auto [place, is_new] = places.try_emplace(Kind::id(record), Kind::list(snapshot).size());
    const std::size_t index = place->second;
    const std::optional<Date> day = Kind::day(record);
    auto& list = Kind::list(snapshot);
    if (is_new) {
      const auto* before = list.data();
      list.push_back(std::move(record));
      if (list.data() != before) {
        ledger.point_again();
      }
    } else {
      forget(Kind::claim(ledger, index));
      list[index] = std::move(record);
    }
    changed = true;
    Kind::enter(ledger, index);
    bring_in(Kind::claim(ledger, index));
    if (day) {
      move_on_to(*day);
    }
    return divide_pending();
  }

  template <typename Kind>
  Result<void> withdraw(const std::string& id, Places& places) {
    const auto place = places.find(id);
    if (place == places.end()) {
      return {};
    }
    changed = true;
    forget(Kind::claim(ledger, place->second));
    Kind::leave(ledger, place->second);
    places.erase(place);
    return divide_pending();
  }

  template <typename Kind>
  void remember(Places& places) {
    auto& list = Kind::list(snapshot);
    for (std::size_t i = 0; i < list.size(); ++i) {
      places[Kind::id(list[i])] = i;
    }
  }

  // --- where claims are

  void index_boxes() {
    std::vector<geo::Box> boxes;
    for (const Claim& claim : ledger.claims()) {
      boxes.push_back(claim.box);
    }
    box_index = geo::BoxIndex(boxes);
    moved.clear();
    group_of.resize(ledger.claims().size(), -1);
  }

  // --- changes

  // The group of a claim leaves the sums; its claims wait to be divided again.
  void take_out(std::int32_t claim) {
    const std::int32_t slot = claim < 0 ? -1 : group_of[static_cast<std::size_t>(claim)];
    if (slot < 0) {
      return;
    }
    Group& group = groups[static_cast<std::size_t>(slot)];
    for (const ClaimedFace& face : group.faces) {
      tally.enter(face, tally.piece_of(face), -1);
    }
    for (const std::uint32_t each : group.claims) {
      group_of[each] = -1;
      pending.push_back(each);
    }
    group = {};
    free.push_back(static_cast<std::size_t>(slot));
  }

  // A claim that no longer says what it said; the rest of its group waits without it.
  void forget(std::int32_t claim) {
    take_out(claim);
    std::erase(pending, static_cast<std::uint32_t>(claim));
  }

  // A new claim, or one with other ground: it waits, and with it the groups that it touches.
  void bring_in(std::int32_t entered) {
    if (entered < 0) {
      return;
    }
    constexpr std::size_t kManyMoved = 4096;
    const auto claim = static_cast<std::uint32_t>(entered);
    ledger.examine_claim(claim);
    group_of.resize(ledger.claims().size(), -1);
    if (moved.size() >= kManyMoved) {
      index_boxes();
    }
    const Claim& own = ledger.claims()[claim];
    std::vector<std::uint32_t> near = box_index.query(own.box.grown(1));
    near.insert(near.end(), moved.begin(), moved.end());
    for (const std::uint32_t other : near) {
      if (group_of[other] >= 0 && touch(own, ledger.claims()[other])) {
        take_out(static_cast<std::int32_t>(other));
      }
    }
    moved.push_back(claim);
    pending.push_back(claim);
  }

  // Records dated after the last day of the book, until that day comes.
  void move_on_to(const Date& day) {
    if (options.until || day.first_day() <= snapshot.as_of.last_day() || snapshot.as_of == Date()) {
      return;
    }
    snapshot.as_of = day;
    scope.last = day.last_day();
    const auto enter = [this]<typename Kind>(Kind, const Places& places) {
      for (const auto& [id, i] : places) {
        if (Kind::claim(ledger, i) < 0) {
          Kind::enter(ledger, i);
          bring_in(Kind::claim(ledger, i));
        }
      }
    };
    enter(HazardKind{}, hazard_at);
    enter(ReleaseKind{}, release_at);
  }

  Result<void> divide_pending() {
    std::sort(pending.begin(), pending.end());
    pending.erase(std::unique(pending.begin(), pending.end()), pending.end());
    std::vector<ClaimGroup> new_groups = groups_of(ledger.claims(), pending);
    FG_TRY(auto faces, divide_all(ledger.claims(), new_groups, districts, meter));
    pending.clear();
    for (std::size_t i = 0; i < new_groups.size(); ++i) {
      if (free.empty()) {
        free.push_back(groups.size());
        groups.emplace_back();
      }
      const std::size_t slot = free.back();
      free.pop_back();
      for (const std::uint32_t claim : new_groups[i]) {
        group_of[claim] = static_cast<std::int32_t>(slot);
      }
      for (const ClaimedFace& face : faces[i]) {
        tally.enter(face, tally.piece_of(face));
      }
      groups[slot] = {std::move(new_groups[i]), std::move(faces[i])};
    }
    return {};
  }

  Snapshot snapshot;
  AccountOptions options;
  DistrictMap districts;
  AccountScope scope;
  LandLedger ledger;
  geo::AreaMeter meter;
  LandTally tally;
  std::vector<Group> groups;  // by slot; those in `free` are empty
  std::vector<std::size_t> free;
  std::vector<std::int32_t> group_of;  // of each claim: its slot, -1 while it waits or is gone
  ClaimGroup pending;
  geo::BoxIndex box_index{std::span<const geo::Box>()};
  std::vector<std::uint32_t> moved;  // claims newer than the index
  Places hazard_at;
  Places release_at;
  bool changed = false;
};

LandBook::LandBook(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
LandBook::LandBook(LandBook&&) noexcept = default;
LandBook& LandBook::operator=(LandBook&&) noexcept = default;
LandBook::~LandBook() = default;

Result<LandBook> LandBook::open(Snapshot snapshot, AccountOptions options) {
  FG_CHECK(snapshot.crs.has_value());
  auto impl = std::make_unique<Impl>(std::move(snapshot), std::move(options));
  FG_TRY_VOID(impl->open());
  return LandBook(std::move(impl));
}

Result<void> LandBook::put(HazardousArea hazard) {
  return impl_->put<Impl::HazardKind>(std::move(hazard), impl_->hazard_at);
}
Result<void> LandBook::put(LandRelease release) {
  return impl_->put<Impl::ReleaseKind>(std::move(release), impl_->release_at);
}
Result<void> LandBook::withdraw_hazard(const std::string& hazard_id) {
  return impl_->withdraw<Impl::HazardKind>(hazard_id, impl_->hazard_at);
}
Result<void> LandBook::withdraw_release(const std::string& release_id) {
  return impl_->withdraw<Impl::ReleaseKind>(release_id, impl_->release_at);
}

LandAccount LandBook::account() const {
  LandAccount account = written_account(impl_->snapshot, impl_->options, impl_->ledger, impl_->tally);
  if (impl_->changed) {
    account.stamp.clear();
  }
  return account;
}

std::vector<LandPiece> LandBook::pieces() const {
  std::vector<LandPiece> pieces;
  for (const Impl::Group& group : impl_->groups) {
    for (const ClaimedFace& face : group.faces) {
      if (auto piece = impl_->tally.piece_of(face)) {
        piece->geometry.polygons.push_back(face.polygon);
        pieces.push_back(std::move(*piece));
      }
    }
  }
  return pieces;
}

const Snapshot& LandBook::snapshot() const {
  return impl_->snapshot;
}

}  // namespace firmground::mineaction
