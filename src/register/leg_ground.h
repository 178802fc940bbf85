#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "intake/source_file.h"
#include "mineaction/kind.h"
#include "register/database.h"
#include "register/layout.h"
#include "register/register.h"

/// Minefield records whose place is known by legs alone.  No version says where they lie: the ground follows from the
/// approved record and its approved legs (mineaction/record_legs.h) and is shown on the current layer, in exports and
/// with the history, with the legs as written, the operation and its accuracy.
namespace firmground::registry {

/// After the current rows of `touched` records (an SQL list) of `layer` were rewritten: brings the ground of every
/// minefield record up to date that they or their legs are of.  REQUIRES: the gate is open.
base::Result<void> show_leg_grounds(Database& database, const Layer& layer, const std::string& touched,
                                    const std::string& changed_at);

/// Records as they are shown, by record number.  Cost: one walk of all legs.
using LegGrounds = std::map<std::int64_t, mineaction::Record>;
base::Result<LegGrounds> leg_grounds(const Database& database);

/// The same by local id, of one record when it is given.
base::Result<std::map<std::string, mineaction::Record>> leg_grounds(const Register& programme,
                                                                    const std::optional<std::string>& local_id = {});

/// Takes the ground off records that a file of ours brings along, where their legs stand in the register or among the
/// records that are entered with them: it is derived again.  `legs`: of the same import.
base::Result<void> drop_leg_grounds(const Database& database, std::vector<intake::ReadRecord>& records,
                                    const std::vector<intake::ReadRecord>& legs);

/// What stands in the way of the legs of a file that was just entered: no date for a magnetic bearing, an end that does
/// not meet ...  One issue for each record and problem, at its first leg.
base::Result<std::vector<intake::Issue>> leg_issues(const Database& database,
                                                    const std::vector<intake::ReadRecord>& legs);

}  // namespace firmground::registry
