#include "cli/label_words.h"

#include "base/text.h"
#include "cli/terminal.h"

namespace osler::cli {

Result<workflow::Home> open_labelling(const Context& context) {
  OSLER_TRY(auto home, context.open_home());
  OSLER_TRY_DO(workflow::labelling::prepare(home));
  return home;
}

workflow::labelling::Viewer at_this_machine(const workflow::Home& home) {
  return {.person = {.name = home.configuration().actor, .from = ""}, .manages = true};
}

Result<std::int64_t> labelling_project(const std::string& word) {
  const bool digits = !word.empty() && word.find_first_not_of("0123456789") == std::string::npos;
  return workflow::labelling::project_id(digits ? "l" + word : word);
}

std::string project_line(const workflow::labelling::Project& project) {
  const auto films = static_cast<std::int64_t>(project.films);
  std::string line =
      padded(project.reference(), 5, 1) + padded(project.name, 24, 2) + counted(films, "film") +
      " of " + project.dataset + "   " + (project.is_open() ? "open" : "closed") + "   " +
      std::to_string(project.answered) + " of " + std::to_string(2 * films) + " answers";
  if (project.disagreements.value_or(0) > 0) {
    line += "   " + std::to_string(*project.disagreements) + " to settle";
  }
  if (!project.result.empty()) {
    line += "   " + project.result.substr(0, 8);
  }
  return line;
}

}  // namespace osler::cli
