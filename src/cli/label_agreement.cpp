#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/text.h"
#include "cli/label_words.h"
#include "cli/terminal.h"
#include "cli/verbs.h"
#include "workflow/labelling/agreement.h"

namespace osler::cli {
namespace {

namespace labelling = workflow::labelling;

std::string kappa_text(const evaluate::metrics::Estimate& kappa) {
  if (!kappa.estimable()) {
    return "no kappa: " + kappa.reason;
  }
  const std::string value = "kappa " + fixed(kappa.value, 2);
  return kappa.has_interval()
             ? value + " (" + fixed(kappa.lower, 2) + " to " + fixed(kappa.upper, 2) + ")"
             : value + ", no interval: " + kappa.reason;
}

void say_finding(const Context& context, const labelling::FindingAgreement& one) {
  const auto number = [](std::size_t count) { return std::to_string(count); };
  context.say(padded(one.finding.label, 20, 2) + kappa_text(one.kappa) + "   of " +
              counted(static_cast<std::int64_t>(one.films), "film") + ": both present " +
              number(one.both_present) + ", only the first " + number(one.only_first) +
              ", only the second " + number(one.only_second) + ", both absent " +
              number(one.both_absent) + ", unsure " + number(one.unsure));
}

Result<Outcome> run(const Context& context, const Arguments& arguments) {
  OSLER_TRY(const auto id, labelling_project(arguments.positional().front()));
  OSLER_TRY(auto home, open_labelling(context));
  OSLER_TRY(const auto found, labelling::agreement(home, id, at_this_machine(home)));
  for (const auto& one : found.findings) {
    say_finding(context, one);
  }
  for (const auto& one : found.disagreements) {
    context.say("  film " + std::to_string(one.item) + "   " + one.finding + "   " +
                std::string(to_string(one.answers[0])) + ", " +
                std::string(to_string(one.answers[1])) + "   " +
                (one.settled ? "settled: " + std::string(to_string(*one.settled)) : "open"));
  }
  return Outcome{.document = dump_json(labelling::to_json(found))};
}

}  // namespace

Verb label_agreement_verb() {
  return {.usage = {.verb = "label agreement",
                    .summary = "how far the two readers of a project agree, and where they do not",
                    .form = "PROJECT [options]",
                    .examples = {"osler label agreement l1", "osler label agreement l1 --json"},
                    .remarks = "Cohen's kappa with its 95 % interval, over the films of which both "
                               "readers were sure. Films of which one was not are counted apart.",
                    .options = {},
                    .least = 1,
                    .most = 1,
                    .more = "docs/guides/labelling.md"},
          .run = run};
}

}  // namespace osler::cli
