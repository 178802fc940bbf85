#pragma once
#include <cstddef>
#include <vector>

namespace firmground::evidence {

/// Records that each hypothesis explains, expected number, by form and hypothesis.
using RecordsExplained = std::vector<std::vector<double>>;

/// What all sources but one tell of each form, as many records as they are to weigh beside its own: forms of one kind
/// were often read by one office, whoever laid the mines. `by_source`: of one shape; empty where a source was not
/// looked at yet. Empty when no other source was.
RecordsExplained explained_elsewhere(const std::vector<RecordsExplained>& by_source, std::size_t source);

}  // namespace firmground::evidence
