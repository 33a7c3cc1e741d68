#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/text.h"
#include "cli/label_words.h"
#include "cli/verbs.h"

namespace osler::cli {
namespace {

namespace labelling = workflow::labelling;

Result<std::string> needed(const Arguments& arguments, const char* name) {
  const auto given = arguments.text(name);
  if (!given) {
    return Error(ErrorCode::InvalidArgument, "osler label create needs --" + std::string(name))
        .hint("see osler label create --help");
  }
  return *given;
}

// "opacity=Opacity"; a code alone is its own label.
labelling::FindingName finding_of(const std::string& text) {
  const auto at = text.find('=');
  return {.code = text.substr(0, at),
          .label = at == std::string::npos ? text : text.substr(at + 1)};
}

Result<labelling::NewProject> project_of(const Arguments& arguments) {
  labelling::NewProject project{.name = arguments.positional().front(),
                                .boxes = arguments.has("boxes")};
  OSLER_TRY(project.dataset, needed(arguments, "dataset"));
  OSLER_TRY(project.adjudicator, needed(arguments, "adjudicator"));
  OSLER_TRY(const auto readers, needed(arguments, "readers"));
  const auto names = split(readers, ',');
  if (names.size() != 2) {
    return Error(ErrorCode::InvalidArgument, "--readers takes two names, parted by a comma");
  }
  project.readers = {names[0], names[1]};
  for (const auto& text : arguments.texts("finding")) {
    project.findings.push_back(finding_of(text));
  }
  OSLER_TRY_DO(needed(arguments, "films"));
  OSLER_TRY(const auto films, arguments.integer("films", 0, 1, 100'000));
  project.films = static_cast<std::size_t>(films);
  if (arguments.has("seed")) {
    OSLER_TRY(const auto seed, arguments.integer("seed", 0, 0, UINT32_MAX));
    project.seed = static_cast<std::uint32_t>(seed);
  }
  return project;
}

Result<Outcome> run(const Context& context, const Arguments& arguments) {
  OSLER_TRY(const auto wanted, project_of(arguments));
  OSLER_TRY(auto home, open_labelling(context));
  OSLER_TRY(const auto project, labelling::create(home, wanted, at_this_machine(home)));
  context.say(project_line(project));
  Json document = labelling::to_json(project);
  document["seed"] = project.seed;
  return Outcome{.document = dump_json(document)};
}

}  // namespace

Verb label_create_verb() {
  return {
      .usage = {.verb = "label create",
                .summary = "have films of a data set labelled by two blind readers",
                .form = "NAME --dataset D@V --finding CODE=LABEL --readers A,B --adjudicator C "
                        "--films N [options]",
                .examples = {"osler label create night-shift --dataset chest@v1 "
                             "--finding opacity=Opacity --finding effusion=\"Pleural effusion\" "
                             "--readers anna,ben --adjudicator carla --films 40 --boxes"},
                .remarks = "The films are drawn from the version, and each reader gets them in "
                           "an order of their own. Readers see neither each other's answers nor "
                           "any result of a model; what they differ on goes to the adjudicator.",
                .options = {{"dataset", "D@V", "the version that the films are drawn from"},
                            {"finding", "CODE=LABEL", "what is asked of each film; up to 8 times"},
                            {"readers", "A,B", "two users"},
                            {"adjudicator", "C", "a third, who settles disagreements"},
                            {"films", "N", "how many films"},
                            {"boxes", "", "readers may draw where a finding is"},
                            {"seed", "N", "of the draw and the orders; default: by chance"}},
                .least = 1,
                .most = 1,
                .more = "docs/guides/labelling.md"},
      .run = run};
}

}  // namespace osler::cli
