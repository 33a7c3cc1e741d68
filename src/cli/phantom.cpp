#include "dicom/phantom/phantom.h"

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "cli/verbs.h"

namespace osler::cli {
namespace {

Result<Outcome> run(const Context& context, const Arguments& arguments) {
  dicom::phantom::Options options;
  OSLER_TRY(const auto studies, arguments.integer("studies", 1200, 1, 1'000'000));
  OSLER_TRY(const auto sites, arguments.integer("sites", 3, 1, 26));
  OSLER_TRY(const auto seed, arguments.integer("seed", 1, 0, INT64_MAX));
  options.studies = static_cast<std::size_t>(studies);
  options.sites = static_cast<std::size_t>(sites);
  options.seed = static_cast<std::uint64_t>(seed);
  options.shortcut = arguments.has("shortcut");
  const std::string& out = arguments.positional().front();
  OSLER_TRY(const auto summary, dicom::phantom::write_cohort(out, options, context.progress));
  const auto number = [](std::size_t count) {
    return with_thousands(static_cast<std::int64_t>(count));
  };
  context.say(number(summary.studies) + " studies of " + number(summary.patients) + " patients, " +
              counted(static_cast<std::int64_t>(summary.sites), "site") + ", " +
              number(summary.files) + " files, " + human_bytes(summary.bytes) + " in " + out);
  context.say("labels in " + out + "/labels.csv; what is wrong on purpose in " + out +
              "/defects.csv");
  return Outcome{.document = dump_json({{"out", out},
                                        {"studies", summary.studies},
                                        {"patients", summary.patients},
                                        {"sites", summary.sites},
                                        {"positives", summary.positives},
                                        {"files", summary.files},
                                        {"bytes", summary.bytes},
                                        {"wrong_labels", summary.wrong_labels},
                                        {"duplicates", summary.duplicates},
                                        {"blank", summary.blank},
                                        {"clipped", summary.clipped},
                                        {"without_patient_id", summary.without_patient_id},
                                        {"not_dicom", summary.not_dicom},
                                        {"cut_short", summary.cut_short}})};
}

}  // namespace

Verb phantom_verb() {
  return {
      .usage = {.verb = "phantom",
                .summary = "make a hospital's chest films, synthetic, as DICOM with labels",
                .form = "OUT [options]",
                .examples = {"osler phantom cohort/ --studies 1200 --sites 3 --seed 7",
                             "osler phantom leaky/ --studies 400 --shortcut"},
                .remarks =
                    "OUT must be absent or empty. The same seed gives the same bytes. Every "
                    "header says that its film is synthetic.\nOn purpose there are wrong labels, "
                    "duplicates, blank and clipped films, and one site that differs.",
                .options = {{"studies", "N", "default 1200"},
                            {"sites", "K", "1 to 26, default 3; the last one differs"},
                            {"seed", "S", "default 1"},
                            {"shortcut", "", "let the label leak into header fields"}},
                .least = 1,
                .most = 1,
                .more = "docs/guides/first-study.md"},
      .run = run};
}

}  // namespace osler::cli
