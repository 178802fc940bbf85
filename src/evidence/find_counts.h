#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "evidence/search_image.h"

namespace firmground::evidence {

/// Mines found, and cells effectively searched, in and round an outline.
struct FoundUnder {
  std::array<float, kParts> finds{};
  std::array<float, kParts> effort{};  ///< cells x chance that a mine in them was found
  float av_finds = 0;                  ///< of those inside the outline, anti-vehicle mines
};

/// What kind of mine a record says was laid.
enum class Laid : std::uint8_t { ap, av, any };

/// What a template held when it was dropped somewhere.
struct Drop {
  FoundUnder found;
  std::uint8_t context = 0;  ///< class of ground: distance to the line of contact
};

/// How likely it is to find so many mines, so distributed, in and round an outline, with the field there (P1) against
/// without it (P0). docs/methods/record-reconciliation.md, eq. 2-6.
///
/// P0 is heavy-tailed, because other minefields exist: nothing with probability 1 - psi, else f spread over decades,
/// psi / (f H(f_max)). psi = 1 - exp(-rho_c A^gamma) for A hectares effectively searched in ground of class c, learned
/// from templates dropped at random. A Poisson null would let every record match some neighbour's mines. A field's
/// finds lie evenly over what was searched of it and end at its edge, but for neighbours; those of others lie on one
/// side of the outline and go on beyond it.
class FindCounts {
 public:
  static constexpr std::size_t kContexts = 4;

  /// What dropped templates teach.
  struct Learnt {
    double clumping = 1;      ///< concentration of the finds of others among the parts inside
    double ring = 0.7;        ///< finds of others in the ring per find inside, for equal search
    double ring_alike = 0.3;  ///< how alike rings are in it
    double gamma = 0.5;
    std::array<double, kContexts> rho{};
    std::array<double, 3> kinds{1.0 / 3, 1.0 / 3, 1.0 / 3};
    int most_finds = 50;
  };

  /// Cost: a few passes over the drops.
  explicit FindCounts(std::span<const Drop> drops);
  explicit FindCounts(const Learnt& learnt);
  Learnt learnt() const { return {null_alike_, null_ring_, null_ring_alike_, gamma_, rho_, null_kinds_, most_finds_}; }

  /// log P1(found | field there, not lifted) - log P0(found | context); 0 where nothing was searched.
  /// `mines`: recorded; `cells`: of the outline.
  double log_ratio(const FoundUnder& found, double mines, double cells, std::uint8_t context, Laid laid) const;

  /// The same where so few finds lie inside that they count as none: `effort` cells effectively searched inside, mines
  /// recorded per cell.
  double log_ratio_of_nothing(double effort, double density, std::uint8_t context) const;
  static bool counts_as_found(float finds_inside) { return finds_inside >= 0.5F; }

  double psi(double hectares_searched, std::uint8_t context) const;
  double gamma() const { return gamma_; }
  double rho(std::uint8_t context) const { return rho_[context]; }
  int most_finds() const { return most_finds_; }
  /// Concentration of the finds of others among the parts inside: small = all on one side.
  double clumping() const { return null_alike_; }
  /// Finds of others in the ring per find inside, for equal search.
  double going_on() const { return null_ring_; }
  /// Share of the drops with finds whose finds are nearly all anti-vehicle mines, nearly all anti-personnel, mixed.
  const std::array<double, 3>& kinds() const { return null_kinds_; }

 private:
  static constexpr int kCap = 400;      ///< finds above it say no more
  static constexpr int kPartsCap = 48;  ///< of all parts together
  static constexpr int kExpected = 96;  ///< steps of log expected
  /// Steps of a: a sixteenth of an octave each, so that a number's exponent and first bits say its step.
  static constexpr int kRisingOctaves = 16;
  static constexpr int kRising = 16 * kRisingOctaves + 1;
  void learn_null(std::span<const Drop> drops);
  void learn_clumping(std::span<const Drop> drops);
  void learn_ring(std::span<const Drop> drops);
  void learn_kinds(std::span<const Drop> drops);
  void tabulate_field();
  void tabulate_rising();
  double log_rising(double a, int finds) const;
  double log_field(double effort, double density, int finds) const;
  double log_even(const std::array<int, kInnerParts>& finds, const std::array<double, kInnerParts>& effort,
                  double alike) const;
  double log_ring(int finds, double expected, double alike) const;
  double log_inside_ratio(const FoundUnder& found, double inside, double effort) const;
  double log_ring_ratio(const FoundUnder& found, double inside, double effort) const;
  double log_kind_ratio(const FoundUnder& found, double all, Laid laid) const;

  double null_alike_ = 1;
  double null_ring_ = 0.7;
  double null_ring_alike_ = 0.3;
  double gamma_ = 0.5;
  std::array<double, kContexts> rho_{};
  std::array<double, 3> null_kinds_{1.0 / 3, 1.0 / 3, 1.0 / 3};
  int most_finds_ = 50;
  double harmonic_ = 1;
  std::vector<float> log_field_;   ///< [expected step][finds]
  std::vector<float> log_rising_;  ///< [step of a][finds]: log of a (a + 1) ... (a + finds - 1)
};

}  // namespace firmground::evidence
