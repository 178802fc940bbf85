#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "evidence/discount.h"
#include "evidence/explained_elsewhere.h"
#include "evidence/record_maps.h"
#include "evidence/shift_lattice.h"

namespace firmground::evidence {

/// What the fit needs of one record of a source.
struct SourceRecord {
  const RecordMaps* maps = nullptr;
  const RecordGround* ground = nullptr;
  std::size_t sheet = 0;  ///< records of one sheet shift together; 0, 1, ... within the source
  std::size_t form = 0;   ///< how it was expressed: records of one form were misread alike
  std::size_t stratum = 0;
};

/// A quantity with its 90 % interval.
struct Measured {
  double value = 0;
  double p05 = 0;
  double p95 = 0;
};

/// What the records of one source have in common.
struct SourceLaw {
  double findable = 0.5;                     ///< share whose field was laid and can still be found
  std::vector<std::vector<double>> weights;  ///< by form, by hypothesis
  double wide_share = 0.08;
  double spread_m = 20;  ///< per axis, of a record round its sheet
  double sheets_m = 15;  ///< per axis, of sheets round the source
};

/// What the finds say of one record, given the law of its source; the shift of its sheet averaged over.
struct RecordPosterior {
  double log_ratio = 0;          ///< field there and findable over not
  std::vector<double> readings;  ///< weights given that the field can be found, by reading, summing to 1
  std::vector<double> prior;     ///< the same before its own finds were looked at
  ShiftWeights shift;            ///< of its sheet, without what the record itself says
  double wide_share = 0;         ///< of the weight of its drawn readings
};

/// Where one reading lies on its map, by displacement, each summing to 1: normal round the shift of the sheet.
struct Displacements {
  std::vector<float> before;  ///< the finds were looked at
  std::vector<float> after;   ///< given that the field can be found: the same weighted by the map
};
Displacements displacements_of(const RecordMaps& maps, const RecordGround& ground, std::size_t reading,
                               const SourceLaw& law, const ShiftWeights& shift);

/// The law of one source by EM over its records, and what follows for each of them. Shift of the source, shifts of its
/// sheets round it and spread of the records round their sheets are averaged over on a lattice and a grid, so that no
/// record need be decided alone: all vote together.
class SourceFit {
 public:
  /// `first_look` fits at one spread alone: enough to say which records claim which finds.
  enum class Effort : std::uint8_t { first_look, full };
  /// `priors`: by hypothesis, summing to 1. `elsewhere`: of other sources, as many as they are to weigh here; may be
  /// empty. Records that say nothing take what the others tell.
  /// Cost: linear in the records that say anything; each a few milliseconds.
  SourceFit(std::vector<SourceRecord> records, std::size_t forms, const std::vector<double>& priors,
            const Discount& discount, Effort effort, RecordsExplained elsewhere = {});

  /// What follows for some records of a source whose law was fitted before: `sheets` holds, for each sheet of
  /// `records`, what the source and its other sheets say of its shift, see sheet_priors().
  SourceFit(std::vector<SourceRecord> records, SourceLaw law, const std::vector<ShiftWeights>& sheets,
            const std::vector<double>& priors, const Discount& discount);

  const SourceLaw& law() const { return law_; }
  /// By the finds of this source alone.
  const RecordsExplained& explained() const { return explained_; }
  /// By sheet: what the source and its other sheets say of its shift, summing to 1.
  std::vector<ShiftWeights> sheet_priors() const;
  const std::vector<RecordPosterior>& records() const { return posteriors_; }

  struct Intervals {
    Measured shift_x_m, shift_y_m;  ///< mean over the drawn records whose field exists
    Measured spread_m;              ///< standard deviation per axis round that mean
  };
  /// By joint draws of shifts and spreads. `exists`: chance of each record's field, 0 for those that were not drawn.
  Intervals intervals(const std::vector<double>& exists, std::uint64_t seed) const;

 private:
  struct Evidence;
  struct SheetShifts;
  void count_sheets();
  Evidence evidence_of(const SourceRecord& record) const;
  std::vector<Evidence> evidences_of_records() const;
  void spread_out(std::vector<Evidence>& evidences, double spread_m) const;
  ShiftWeights log_likelihood_of(const std::vector<std::size_t>& records, const std::vector<Evidence>& evidences,
                                 const SourceLaw& law, std::vector<std::vector<double>>& likelihoods) const;
  std::vector<std::vector<std::size_t>> informative_by_sheet() const;
  void judge(const std::vector<Evidence>& evidences, const std::vector<ShiftWeights>& of_sheet);
  void fit_at(std::size_t spread, std::vector<Evidence>& evidences, SourceLaw& law);
  void weigh_hypotheses(SourceLaw& law) const;
  struct Tally;
  void tally(const SourceRecord& record, const Evidence& evidence, const std::vector<double>& likelihood,
             const ShiftWeights& shift, const std::vector<std::size_t>& likely, const SourceLaw& law,
             Tally& sums) const;
  RecordPosterior posterior_of(const SourceRecord& record, const Evidence& evidence, ShiftWeights of_sheet) const;

  std::vector<SourceRecord> records_;
  std::vector<double> priors_;
  Discount discount_;
  RecordsExplained elsewhere_;
  RecordsExplained explained_;
  std::size_t sheets_ = 0;
  std::size_t start_sheets_ = 2;  ///< spread of sheets that a fit starts from
  SourceLaw law_;
  std::vector<RecordPosterior> posteriors_;
  std::vector<double> grid_weights_;                         ///< [spread][sheets_m]
  std::vector<std::vector<std::vector<float>>> log_sheets_;  ///< [spread][sheet]: log likelihood of each shift
};

}  // namespace firmground::evidence
