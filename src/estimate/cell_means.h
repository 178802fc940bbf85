#pragma once
#include <vector>

namespace firmground::estimate {

/// Cells of one class with normal log intensities, side by side; all vectors as long as there are cells.  What a cell's
/// own search did to a chance p of holding any: any left with p missed / (1 - p detected), items expected p left / (1 -
/// p detected) (eq. 13).
struct CellMeans {
  std::vector<double> mean, sd;  ///< of the log intensity
  std::vector<double> recorded;  ///< hazard of minefield records
  std::vector<double> detected, missed, left;

  std::vector<double> presence;     ///< E P(any, before the search)
  std::vector<double> probability;  ///< E P(any left)
  std::vector<double> items;        ///< E items left
  void resize(std::size_t cells);
};

/// By quadrature (eq. 17; normal_nodes.h), as fine as the largest sd wants.  Cost: some 50 ns a cell, in vector code;
/// two or three times that where the field is vague.
void find_cell_means(double patchiness, CellMeans& cells);

}  // namespace firmground::estimate
