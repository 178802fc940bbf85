#include "sparse/cholesky.h"

#include <cblas.h>
#include <cholmod.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <deque>
#include <memory>
#include <mutex>
#include <string>

#include "base/parallel.h"
#include "sparse/blas.h"

namespace firmground::sparse {

namespace {

/// CHOLMOD's view of our lower triangle; nothing is copied.
cholmod_sparse view(const SymmetricMatrix& a) {
  cholmod_sparse s{};
  s.nrow = s.ncol = static_cast<std::size_t>(a.n);
  s.nzmax = a.row.size();
  s.p = const_cast<Index*>(a.column_begin.data());
  s.i = const_cast<Index*>(a.row.data());
  s.x = const_cast<double*>(a.value.data());
  s.stype = -1;
  s.itype = CHOLMOD_LONG;
  s.xtype = CHOLMOD_REAL;
  s.dtype = CHOLMOD_DOUBLE;
  s.sorted = 1;
  s.packed = 1;
  return s;
}

cholmod_dense view(std::span<double> b, Index rows, Index columns) {
  cholmod_dense d{};
  d.nrow = d.d = static_cast<std::size_t>(rows);
  d.ncol = static_cast<std::size_t>(columns);
  d.nzmax = d.nrow * d.ncol;
  d.x = b.data();
  d.xtype = CHOLMOD_REAL;
  d.dtype = CHOLMOD_DOUBLE;
  return d;
}

/// A supernode of the factor: columns [first, first + width), `rows` row indices (its own columns first), values column
/// by column.
struct Supernode {
  Index first;
  Index width;
  Index height;
  const Index* rows;
  Index values_at;
};

Supernode supernode(const cholmod_factor& l, std::size_t s) {
  const auto* super = static_cast<const Index*>(l.super);
  const auto* pi = static_cast<const Index*>(l.pi);
  const auto* px = static_cast<const Index*>(l.px);
  const auto* rows = static_cast<const Index*>(l.s);
  return {super[s], super[s + 1] - super[s], pi[s + 1] - pi[s], rows + pi[s], px[s]};
}

/// The same as BLAS takes it: L_JJ is width x width at `own`, L_RJ below x width at `rest`.
struct Panel {
  int width;
  int below;
  int ld;
  const double* own;
  const double* rest;
};

Panel panel(const cholmod_factor& l, const Supernode& node) {
  const auto* own = static_cast<const double*>(l.x) + node.values_at;
  return {static_cast<int>(node.width), static_cast<int>(node.height - node.width), static_cast<int>(node.height), own,
          own + node.width};
}

void start(cholmod_common& common) {
  set_up_blas();
  cholmod_l_start(&common);
  common.print = 0;
  common.supernodal = CHOLMOD_SUPERNODAL;
  common.final_ll = 1;
  common.nmethods = 1;
  common.method[0].ordering = CHOLMOD_METIS;
  common.postorder = 1;
}

/// The analyses made last. Ordnance classes have one pattern, and to analyse it takes longer than to factorise.
/// A pattern has one analysis whoever asks first: METIS seeds and reads the C library's one rand(), so that two at once
/// would order their unknowns by chance.
class Analyses {
 public:
  static Analyses& shared() {
    static Analyses analyses;
    return analyses;
  }
  Analyses(const Analyses&) = delete;
  Analyses& operator=(const Analyses&) = delete;

  /// A symbolic factor that belongs to the caller.
  cholmod_factor* factor_of(const SymmetricMatrix& pattern, cholmod_common& common) {
    const std::lock_guard lock(mutex_);
    auto kept = std::find_if(kept_.begin(), kept_.end(), [&](const Kept& k) {
      return k.column_begin == pattern.column_begin && k.row == pattern.row;
    });
    if (kept == kept_.end()) {
      if (kept_.size() == kMostKept) {
        cholmod_l_free_factor(&kept_.front().factor, &common_);
        kept_.pop_front();
      }
      cholmod_sparse a = view(pattern);
      a.xtype = CHOLMOD_PATTERN;
      cholmod_factor* factor = cholmod_l_analyze(&a, &common_);
      FG_CHECK(factor != nullptr && factor->is_super);
      kept = kept_.insert(kept_.end(), {pattern.column_begin, pattern.row, factor});
    }
    return cholmod_l_copy_factor(kept->factor, &common);
  }

 private:
  static constexpr std::size_t kMostKept = 8;
  struct Kept {
    std::vector<Index> column_begin;
    std::vector<Index> row;
    cholmod_factor* factor;
  };

  Analyses() { start(common_); }
  ~Analyses() {
    for (Kept& kept : kept_) {
      cholmod_l_free_factor(&kept.factor, &common_);
    }
    cholmod_l_finish(&common_);
  }

  std::mutex mutex_;
  cholmod_common common_;
  std::deque<Kept> kept_;
};

Cholesky::Operations operations_of(const Supernode& node) {
  const auto w = static_cast<double>(node.width);
  const auto below = static_cast<double>(node.height - node.width);
  return {w * w * w / 3 + w * w * below + w * below * below, 2 * w * w * w + 3 * w * w * below + 2 * w * below * below};
}

}  // namespace

struct Cholesky::Impl {
  mutable cholmod_common common;
  cholmod_factor* factor = nullptr;
  std::vector<Index> inverse_permutation;
  std::vector<Index> supernode_of;  ///< of each column of L
  /// Subtrees of supernodes, [first, last): what one needs of the others lies in `crown`, the supernodes above them
  /// all.
  std::vector<std::pair<std::size_t, std::size_t>> subtrees;
  std::vector<std::size_t> crown;  ///< descending

  Impl() { start(common); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() {
    cholmod_l_free_factor(&factor, &common);
    cholmod_l_finish(&common);
  }

  void index_columns() {
    const auto* perm = static_cast<const Index*>(factor->Perm);
    inverse_permutation.resize(factor->n);
    supernode_of.resize(factor->n);
    for (std::size_t i = 0; i < factor->n; ++i) {
      inverse_permutation[static_cast<std::size_t>(perm[i])] = static_cast<Index>(i);
    }
    for (std::size_t s = 0; s < factor->nsuper; ++s) {
      const Supernode node = supernode(*factor, s);
      std::fill_n(supernode_of.begin() + node.first, node.width, static_cast<Index>(s));
    }
  }

  void plant_subtrees();
  /// Calls visit(supernode, scratch) for each, its ancestors before it; subtrees on several threads, with a Scratch of
  /// their own.
  template <typename Scratch, typename Visit>
  void descend(Visit visit) const {
    Scratch of_crown;
    for (const std::size_t s : crown) {
      visit(s, of_crown);
    }
    base::parallel_for(subtrees.size(), 1, [&](std::size_t tree, std::size_t) {
      const auto [first, last] = subtrees[tree];
      Scratch scratch;
      for (std::size_t s = last; s-- > first;) {
        visit(s, scratch);
      }
    });
  }

  void solve_system(int system, std::span<double> b, Index columns) const {
    // A copy of the workspace per call keeps const members callable from several threads.
    cholmod_common local;
    cholmod_l_start(&local);
    local.print = 0;
    cholmod_dense right = view(b, static_cast<Index>(factor->n), columns);
    cholmod_dense* x = cholmod_l_solve(system, factor, &right, &local);
    FG_CHECK(x != nullptr);
    std::memcpy(b.data(), x->x, b.size() * sizeof(double));
    cholmod_l_free_dense(&x, &local);
    cholmod_l_finish(&local);
  }

  void solve_forward(double* x, int p, std::vector<double>& scratch) const;
  void solve_backward(double* x, int p, std::size_t s, std::vector<double>& scratch) const;

  /// Scratch of selected_inverse().
  struct Scratch {
    std::vector<double> own, below, block;
    std::vector<Index> at;
  };
  void gather(const double* z, const Supernode& node, Scratch& scratch) const;
  void invert_supernode(std::size_t s, double* z, Scratch& scratch) const;
  void find_places(const SymmetricMatrix& pattern) const;

  mutable std::once_flag places_found;
  mutable std::vector<Index> places;  ///< in the factor, of each entry of the pattern
};

Cholesky::Cholesky(const SymmetricMatrix& pattern) : impl_(std::make_unique<Impl>()) {
  impl_->factor = Analyses::shared().factor_of(pattern, impl_->common);
  FG_CHECK(impl_->factor != nullptr);
  impl_->index_columns();
  impl_->plant_subtrees();
}

/// The largest subtree is cut at its root until each has little of the work. Supernodes are in postorder: a subtree is
/// a run of them.
void Cholesky::Impl::plant_subtrees() {
  constexpr double kMostOfWork = 0.1;
  const std::size_t count = factor->nsuper;
  std::vector<std::size_t> parent(count, count);
  std::vector<std::size_t> first(count);
  std::vector<double> work(count, 0.0);
  double all = 0;
  for (std::size_t s = 0; s < count; ++s) {
    const Supernode node = supernode(*factor, s);
    first[s] = s;
    work[s] = operations_of(node).invert;
    all += work[s];
    if (node.height > node.width) {
      parent[s] = static_cast<std::size_t>(supernode_of[static_cast<std::size_t>(node.rows[node.width])]);
    }
  }
  for (std::size_t s = 0; s < count; ++s) {
    if (parent[s] < count) {
      work[parent[s]] += work[s];
      first[parent[s]] = std::min(first[parent[s]], first[s]);
    }
  }
  for (std::size_t s = count; s-- > 0;) {
    const bool root = parent[s] == count || work[parent[s]] > kMostOfWork * all;
    if (work[s] > kMostOfWork * all) {
      crown.push_back(s);
    } else if (root) {
      subtrees.emplace_back(first[s], s + 1);
    }
  }
}

Cholesky::Cholesky(Cholesky&&) noexcept = default;
Cholesky& Cholesky::operator=(Cholesky&&) noexcept = default;
Cholesky::~Cholesky() = default;

base::Result<void> Cholesky::factorise(const SymmetricMatrix& matrix) {
  FG_CHECK(static_cast<std::size_t>(matrix.n) == impl_->factor->n);
  cholmod_sparse a = view(matrix);
  // CHOLMOD asks OpenMP for four threads whatever count is set, and those would fight ours for the cores: only a limit
  // binds it.
#pragma omp teams num_teams(1) thread_limit(1)
  cholmod_l_factorize(&a, impl_->factor, &impl_->common);
  if (impl_->common.status == CHOLMOD_OUT_OF_MEMORY) {
    return base::fail("sparse.out_of_memory", {{"rows", std::to_string(matrix.n)}});
  }
  if (impl_->factor->minor < impl_->factor->n) {
    const auto* perm = static_cast<const Index*>(impl_->factor->Perm);
    return base::fail("sparse.not_positive_definite", {{"row", std::to_string(perm[impl_->factor->minor])}});
  }
  return {};
}

Index Cholesky::size() const {
  return static_cast<Index>(impl_->factor->n);
}

Index Cholesky::factor_entries() const {
  return static_cast<Index>(impl_->factor->xsize);
}

Cholesky::Operations Cholesky::operations() const {
  Operations sum;
  for (std::size_t s = 0; s < impl_->factor->nsuper; ++s) {
    const Operations of_node = operations_of(supernode(*impl_->factor, s));
    sum.factorise += of_node.factorise;
    sum.invert += of_node.invert;
  }
  return sum;
}

double Cholesky::log_determinant() const {
  const auto* x = static_cast<const double*>(impl_->factor->x);
  double sum = 0;
  for (std::size_t s = 0; s < impl_->factor->nsuper; ++s) {
    const Supernode node = supernode(*impl_->factor, s);
    for (Index k = 0; k < node.width; ++k) {
      sum += std::log(x[node.values_at + k * (node.height + 1)]);
    }
  }
  return 2 * sum;
}

void Cholesky::solve(std::span<double> b, Index columns) const {
  impl_->solve_system(CHOLMOD_A, b, columns);
}

/// L X = B, supernode after supernode; B transposed is a dense matrix of as many rows as there are columns.
void Cholesky::Impl::solve_forward(double* x, int p, std::vector<double>& scratch) const {
  for (std::size_t s = 0; s < factor->nsuper; ++s) {
    const Supernode node = supernode(*factor, s);
    const auto [w, below, ld, l, rest] = panel(*factor, node);
    double* own = x + node.first * p;
    cblas_dtrsm(CblasColMajor, CblasRight, CblasLower, CblasTrans, CblasNonUnit, p, w, 1, l, ld, own, p);
    if (below == 0) {
      continue;
    }
    cblas_dgemm(CblasColMajor, CblasNoTrans, CblasTrans, p, below, w, 1, own, p, rest, ld, 0, scratch.data(), p);
    for (Index r = 0; r < below; ++r) {
      double* to = x + node.rows[w + r] * p;
      const double* from = scratch.data() + r * p;
      for (int k = 0; k < p; ++k) {
        to[k] -= from[k];
      }
    }
  }
}

/// L^T X = B, of one supernode: its ancestors are done.
void Cholesky::Impl::solve_backward(double* x, int p, std::size_t s, std::vector<double>& scratch) const {
  const Supernode node = supernode(*factor, s);
  const auto [w, below, ld, l, rest] = panel(*factor, node);
  double* own = x + node.first * p;
  scratch.resize(std::max(scratch.size(), static_cast<std::size_t>(node.height * p)));
  for (Index r = 0; r < below; ++r) {
    std::copy_n(x + node.rows[w + r] * p, p, scratch.data() + r * p);
  }
  if (below > 0) {
    cblas_dgemm(CblasColMajor, CblasNoTrans, CblasNoTrans, p, w, below, -1, scratch.data(), p, rest, ld, 1, own, p);
  }
  cblas_dtrsm(CblasColMajor, CblasRight, CblasLower, CblasNoTrans, CblasNonUnit, p, w, 1, l, ld, own, p);
}

void Cholesky::solve_rows(std::span<double> b, Index columns) const {
  const cholmod_factor& l = *impl_->factor;
  FG_CHECK(b.size() == l.n * static_cast<std::size_t>(columns));
  if (columns == 0) {
    return;
  }
  const auto* perm = static_cast<const Index*>(l.Perm);
  const auto x = std::make_unique_for_overwrite<double[]>(b.size());
  Index highest = 0;
  for (std::size_t s = 0; s < l.nsuper; ++s) {
    highest = std::max(highest, supernode(l, s).height);
  }
  std::vector<double> scratch(static_cast<std::size_t>(highest * columns));
  const auto n = static_cast<Index>(l.n);
  for (Index i = 0; i < n; ++i) {
    std::copy_n(b.data() + perm[i] * columns, columns, x.get() + i * columns);
  }
  impl_->solve_forward(x.get(), static_cast<int>(columns), scratch);
  impl_->descend<std::vector<double>>([&](std::size_t s, std::vector<double>& of_tree) {
    impl_->solve_backward(x.get(), static_cast<int>(columns), s, of_tree);
  });
  for (Index i = 0; i < n; ++i) {
    std::copy_n(x.get() + i * columns, columns, b.data() + perm[i] * columns);
  }
}

void Cholesky::sample(std::span<double> z, Index columns) const {
  impl_->solve_system(CHOLMOD_Lt, z, columns);
  impl_->solve_system(CHOLMOD_Pt, z, columns);
}

/// The inverse at rows x rows of the part of the supernode below its own columns, from the ancestors that hold it.
void Cholesky::Impl::gather(const double* z, const Supernode& node, Scratch& scratch) const {
  const Index below = node.height - node.width;
  const Index* rows = node.rows + node.width;
  scratch.block.resize(static_cast<std::size_t>(below * below));
  for (Index j = 0; j < below;) {
    const Supernode holder =
        supernode(*factor, static_cast<std::size_t>(supernode_of[static_cast<std::size_t>(rows[j])]));
    Index run = j;
    while (run < below && rows[run] < holder.first + holder.width) {
      ++run;
    }
    // Both row lists ascend, and the holder's contains what is left of ours: one merge serves all columns of the run.
    scratch.at.resize(static_cast<std::size_t>(below - j));
    Index h = 0;
    for (Index i = j; i < below; ++i) {
      while (holder.rows[h] != rows[i]) {
        ++h;
      }
      scratch.at[static_cast<std::size_t>(i - j)] = h;
    }
    const Index* at = scratch.at.data();
    for (Index column = j; column < run; ++column) {
      const double* from = z + holder.values_at + (rows[column] - holder.first) * holder.height;
      double* to = scratch.block.data() + column * below;  // its lower triangle is read
      for (Index i = column; i < below; ++i) {
        to[i] = from[at[i - j]];
      }
    }
    j = run;
  }
}

/// Z_RJ = -Z_RR Y,  Z_JJ = (L_JJ L_JJ^T)^-1 - Y^T Z_RJ  with  Y = L_RJ L_JJ^-1.
void Cholesky::Impl::invert_supernode(std::size_t s, double* z, Scratch& scratch) const {
  const Supernode node = supernode(*factor, s);
  const auto [w, b, ld, l, rest] = panel(*factor, node);
  double* out = z + node.values_at;
  const Index below = b;
  // (L_JJ L_JJ^T)^-1 by solving against the identity: widths are small.
  scratch.own.assign(static_cast<std::size_t>(node.width * node.width), 0.0);
  double* own = scratch.own.data();
  for (Index k = 0; k < node.width; ++k) {
    own[k * (node.width + 1)] = 1;
  }
  cblas_dtrsm(CblasColMajor, CblasLeft, CblasLower, CblasNoTrans, CblasNonUnit, w, w, 1, l, ld, own, w);
  cblas_dtrsm(CblasColMajor, CblasLeft, CblasLower, CblasTrans, CblasNonUnit, w, w, 1, l, ld, own, w);
  if (below > 0) {
    scratch.below.resize(static_cast<std::size_t>(below * node.width));
    double* y = scratch.below.data();
    for (Index k = 0; k < node.width; ++k) {
      std::copy_n(rest + k * node.height, below, y + k * below);
    }
    cblas_dtrsm(CblasColMajor, CblasRight, CblasLower, CblasNoTrans, CblasNonUnit, b, w, 1, l, ld, y, b);
    gather(z, node, scratch);
    cblas_dsymm(CblasColMajor, CblasLeft, CblasLower, b, w, -1, scratch.block.data(), b, y, b, 0, out + node.width, ld);
    cblas_dgemm(CblasColMajor, CblasTrans, CblasNoTrans, w, w, b, -1, y, b, out + node.width, ld, 1, own, w);
  }
  for (Index k = 0; k < node.width; ++k) {
    std::copy_n(own + k * node.width, node.width, out + k * node.height);
  }
}

void Cholesky::Impl::find_places(const SymmetricMatrix& pattern) const {
  places.reserve(pattern.row.size());
  for (std::size_t j = 0; j < factor->n; ++j) {
    for (auto k = static_cast<std::size_t>(pattern.column_begin[j]);
         k < static_cast<std::size_t>(pattern.column_begin[j + 1]); ++k) {
      const Index a = inverse_permutation[static_cast<std::size_t>(pattern.row[k])];
      const Index b = inverse_permutation[j];
      const auto [column, row] = std::minmax(a, b);
      const Supernode node =
          supernode(*factor, static_cast<std::size_t>(supernode_of[static_cast<std::size_t>(column)]));
      const Index* found = std::lower_bound(node.rows, node.rows + node.height, row);
      FG_CHECK(found != node.rows + node.height && *found == row);
      places.push_back(node.values_at + (column - node.first) * node.height + (found - node.rows));
    }
  }
}

std::vector<double> Cholesky::selected_inverse(const SymmetricMatrix& pattern) const {
  const cholmod_factor& l = *impl_->factor;
  FG_CHECK(static_cast<std::size_t>(pattern.n) == l.n);
  std::call_once(impl_->places_found, [&] { impl_->find_places(pattern); });
  FG_CHECK(impl_->places.size() == pattern.row.size());
  const auto z = std::make_unique_for_overwrite<double[]>(l.xsize);
  impl_->descend<Impl::Scratch>(
      [&](std::size_t s, Impl::Scratch& scratch) { impl_->invert_supernode(s, z.get(), scratch); });
  std::vector<double> result;
  result.reserve(impl_->places.size());
  for (const Index place : impl_->places) {
    result.push_back(z[static_cast<std::size_t>(place)]);
  }
  return result;
}

}  // namespace firmground::sparse
