#pragma once
#include "simulate/districts.h"
#include "simulate/operations.h"

namespace firmground::simulate {

/// What the programme has and is asked for: places, money, teams, projects, planned tasks, estimates of contamination.
/// Each adds its records to `known`; districts must be there before places and projects.
void list_places(const Parameters& parameters, std::uint64_t seed, const Settlements& settlements,
                 const LineOfContact& line, mineaction::Snapshot& known);
void pay(const Parameters& parameters, std::uint64_t seed, mineaction::Snapshot& known);
void estimate_baselines(const Parameters& parameters, mineaction::Snapshot& known);
void raise_teams(const Parameters& parameters, std::uint64_t seed, const Settlements& settlements,
                 mineaction::Snapshot& known);
void propose_projects(const Parameters& parameters, std::uint64_t seed, const Settlements& settlements,
                      const LineOfContact& line, mineaction::Snapshot& known);
/// The next tasks: hazards that no release has touched, each with a team.
void plan_tasks(std::uint64_t seed, const Hazards& hazards, const Operations& operations, mineaction::Snapshot& known);

}  // namespace firmground::simulate
