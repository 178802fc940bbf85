#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace firmground::evidence {

/// What a template held when it was dropped somewhere: finds, and the part of it that was effectively searched.
struct Drop {
  float finds = 0;
  float hectares_searched = 0;
  float unevenness = 0;      ///< of the finds among the blocks of the template, see FindCounts::unevenness
  std::uint8_t context = 0;  ///< class of ground: distance to the line of contact
};

/// How many finds lie under an outline, with the field there (P1) and without (P0).
/// docs/methods/record-reconciliation.md, eq. 2-5.
///
/// P0 is heavy-tailed, because other minefields exist: nothing with probability 1 - psi, else f spread over decades,
/// psi / (f H(f_max)). psi = 1 - exp(-rho_c A^gamma) for A hectares effectively searched in ground of class c, learned
/// from templates dropped at random. A Poisson null would let every record match some neighbour's mines.
class FindCounts {
 public:
  static constexpr std::size_t kContexts = 4;

  /// Cost: a few passes over the drops.
  explicit FindCounts(std::span<const Drop> drops);

  /// log P1(f | expected, field there and not lifted) - log P0(f | hectares, context).
  /// `expected`: mines recorded x share effectively searched.
  double log_ratio(float finds, float expected, float hectares_searched, std::uint8_t context) const;

  /// The ring round the outline: fields end. Of all finds in outline and ring, how many lie inside, given the share of
  /// the searched ground that is inside; 0 when there are none.
  double log_ring_ratio(float inside, float ring, float searched_share_inside) const;

  /// Finds of a field lie all over what was searched of it; those of a neighbour lie on one side of the template. How
  /// unevenly they lie is the divergence (Kullback-Leibler) of their shares by block from the effort's shares.
  static constexpr std::size_t kBlocks = 6;
  static double unevenness(std::span<const float> finds, std::span<const float> effort);
  double log_spread_ratio(double unevenness, float finds) const;

  double psi(float hectares_searched, std::uint8_t context) const;
  double gamma() const { return gamma_; }
  double rho(std::uint8_t context) const { return rho_[context]; }
  int most_finds() const { return most_finds_; }

 private:
  static constexpr int kCap = 400;     ///< finds above it say no more
  static constexpr int kRingCap = 48;  ///< of inside and ring each
  static constexpr int kShares = 10;
  static constexpr int kExpected = 96;  ///< steps of log expected
  void learn_null(std::span<const Drop> drops);
  void tabulate_field();
  void tabulate_ring();

  double null_unevenness_ = 0.6;  ///< mean over drops that met finds
  double gamma_ = 0.5;
  std::array<double, kContexts> rho_{};
  int most_finds_ = 50;
  double harmonic_ = 1;
  std::vector<float> log_field_;  ///< [expected step][finds]
  std::vector<float> log_ring_;   ///< [share][inside][ring]
};

}  // namespace firmground::evidence
