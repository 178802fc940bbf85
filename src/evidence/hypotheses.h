#pragma once
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "evidence/written_slips.h"
#include "mineaction/as_entered.h"
#include "mineaction/record_legs.h"
#include "mineaction/snapshot.h"

namespace firmground::evidence {

/// One way in which a record may have come to lie where it does not belong (schema/hypotheses.toml).
struct Hypothesis {
  std::string id;
  double prior = 0;
  std::string reread_from, reread_as;  ///< of outlines; "" = not by rereading
  bool by_legs = false;
  mineaction::LegReading reading;  ///< of legs
  bool legs_from_utm = false;      ///< the reference point is read in the Gauss-Krueger zone of its UTM zone
  std::string written_value;       ///< unit or reference that the legs must carry; "" = any
  std::string turned;  ///< what it does to an outline whose legs are lost: "declination", "mil6000", "" = nothing known
  WrittenSlip written;                       ///< of a position that stands on the record as text or numbers
  std::map<std::string, std::string> words;  ///< language -> explanation
};

/// The first is always "as-recorded".  Errors: evidence.hypotheses_invalid.
base::Result<std::vector<Hypothesis>> parse_hypotheses(std::string_view toml, const std::string& file);
/// Those of schema/hypotheses.toml.
const std::vector<Hypothesis>& standard_hypotheses();

/// Where the field would lie if one hypothesis were true.
struct Candidate {
  /// What moves the ground besides the hypothesis.
  enum class Place : std::uint8_t {
    drawn,  ///< shift and spread of its source
    legs,   ///< compass and tape alone: no map sheet shifts it
    turned  ///< drawn, and turned about a reference point that the record does not give
  };
  static constexpr double kLegSpread_m = 20;  ///< per axis, of ground that legs lead to

  std::size_t hypothesis = 0;
  geo::PlanarGeometry geometry;
  Place place = Place::drawn;
  double share = 1;     ///< of the hypothesis' weight
  geo::Xy turned_by{};  ///< of turned: mean displacement (recorded minus true) by the turn, metres east and north
  double turned_m = 0;  ///< and its standard deviation per axis; of legs: of the point that they start from
};

/// By record_id how positions were written, of the records of which that was kept.
using WrittenPositions = std::map<std::string, mineaction::AsEntered>;

/// Every applicable hypothesis with its ground; a hypothesis may give several places. Those that move nothing, or whose
/// ground lies outside `reach`, are left out; as-recorded stands first when the record has ground of its own, inside
/// `reach`, or outside when nothing else applies.
/// REQUIRES: snapshot CRS.  Cost: a few PROJ transformations.
std::vector<Candidate> candidates_of(const mineaction::MinefieldRecord& record,
                                     std::span<const mineaction::MinefieldRecordLeg> legs, const geo::Crs& crs,
                                     const geo::Box& reach, std::span<const Hypothesis> hypotheses,
                                     const WrittenPositions& written = {});

}  // namespace firmground::evidence
