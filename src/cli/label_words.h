#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "cli/verb.h"
#include "workflow/labelling/project.h"

namespace osler::cli {

// The home with the tables of labelling projects.
[[nodiscard]] Result<workflow::Home> open_labelling(const Context& context);
// Whoever works at this machine may see and end every project.
[[nodiscard]] workflow::labelling::Viewer at_this_machine(const workflow::Home& home);
// "l3" or "3". NotFound: it is no such thing.
[[nodiscard]] Result<std::int64_t> labelling_project(const std::string& word);

// "l1   night shift   40 films of chest@ab12cd34   open   55 of 80 answers   3 to settle".
[[nodiscard]] std::string project_line(const workflow::labelling::Project& project);

}  // namespace osler::cli
