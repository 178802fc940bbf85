#pragma once
#include <string>
#include <string_view>

#include "base/error.h"
#include "mineaction/snapshot.h"

namespace firmground::mineaction {

/// A snapshot as bytes that the same version of the program reads back: everything that it holds, numbers bit by bit,
/// rasters too. They are ours alone and nothing that others read: the first number names the layout and the fields that
/// it was written with, the second is a sum over the rest, by which damage is noticed.  Same snapshot, same bytes.
/// Cost: linear, a copy of its memory.
std::string to_bytes(const Snapshot& snapshot);

/// The snapshot that to_bytes() wrote.  Errors: mineaction.snapshot_unreadable (of another layout, cut short, damaged,
/// followed by something); geo.crs_unknown.  Cost: linear; no more memory than a few times the bytes, whatever they
/// say.
base::Result<Snapshot> parse_snapshot(std::string_view bytes);

}  // namespace firmground::mineaction
