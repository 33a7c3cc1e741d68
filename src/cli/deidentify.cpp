#include <map>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "cli/verbs.h"
#include "workflow/take_in.h"

namespace osler::cli {
namespace {

Result<Outcome> run(const Context& context, const Arguments& arguments) {
  OSLER_TRY(auto home, context.open_home());
  OSLER_TRY(const auto threads, arguments.integer("threads", 0, 0, 256));
  OSLER_TRY(const auto report, workflow::make_research_copies(
                                   home, static_cast<std::size_t>(threads), context.progress));
  std::map<std::string, std::size_t> reasons;
  for (const auto& reason : report.reasons) {
    ++reasons[reason];
  }
  const auto number = [](std::size_t count) {
    return with_thousands(static_cast<std::int64_t>(count));
  };
  context.say(number(report.originals) + " originals: " + number(report.made) +
              " research copies made, " + number(report.present) + " made before, " +
              number(report.withheld) + " withheld");
  for (const auto& [reason, count] : reasons) {
    context.say("  withheld " + number(count) + "   " + reason);
  }
  return Outcome{.document = dump_json({{"originals", report.originals},
                                        {"made", report.made},
                                        {"present", report.present},
                                        {"withheld", report.withheld},
                                        {"reasons", reasons}})};
}

}  // namespace

Verb deidentify_verb() {
  return {
      .usage = {.verb = "deidentify",
                .summary = "make the research copy of each film that has none yet",
                .form = "[options]",
                .examples = {"osler deidentify", "osler deidentify --home /srv/osler --json"},
                .remarks =
                    "Copies follow DICOM PS3.15 Annex E, Basic Profile, with shifted dates, "
                    "patient characteristics and device identity kept.\nThey lead back to their "
                    "originals through HOME/keys/pseudonym.key alone: guard it.",
                .options = {{"threads", "N", "default: all cores"}},
                .more = "docs/conformance/deidentification.md"},
      .run = run};
}

}  // namespace osler::cli
