#include <algorithm>
#include <map>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "cli/terminal.h"
#include "cli/verbs.h"
#include "workflow/take_in.h"

namespace osler::cli {
namespace {

using workflow::Outcome;
using workflow::Receipt;

Json to_json(const Receipt& receipt, const std::vector<workflow::TakenItem>& items) {
  Json list = Json::array();
  for (const auto& item : items) {
    list.push_back({{"path", item.path},
                    {"outcome", std::string(workflow::to_string(item.outcome))},
                    {"reason", item.reason},
                    {"sop_instance_uid", item.sop_instance_uid}});
  }
  Json document{{"receipt", receipt.id},
                {"received", receipt.received},
                {"research_copies", receipt.research_copies},
                {"items", std::move(list)}};
  for (std::size_t i = 0; i < workflow::kOutcomes; ++i) {
    document[std::string(workflow::to_string(static_cast<Outcome>(i)))] = receipt.counts[i];
  }
  return document;
}

std::string right(const std::string& text, std::size_t width) {
  return std::string(text.size() < width ? width - text.size() : 0, ' ') + text;
}

struct Kind {
  std::size_t count = 0;
  std::string first;
};

// "2  not DICOM    README.txt and 1 more", a line a kind.
void say_kinds(const Context& context, const Receipt& receipt, Outcome outcome) {
  std::map<std::string, Kind> kinds;
  for (const auto& item : receipt.items) {
    if (item.outcome == outcome) {
      auto& kind = kinds[item.kind.empty() ? item.reason : item.kind];
      kind.first = kind.count++ == 0 ? item.path : kind.first;
    }
  }
  std::string name = std::string(workflow::to_string(outcome));
  for (const auto& [what, kind] : kinds) {
    const std::string more =
        kind.count > 1 ? " and " + std::to_string(kind.count - 1) + " more" : "";
    context.say("  " + padded(name, 12) + right(std::to_string(kind.count), 3) + "  " +
                padded(what, 46) + "  " + kind.first + more);
    name.clear();
  }
}

void say_receipt(const Context& context, const Receipt& receipt) {
  const auto number = [](std::size_t count) {
    return right(with_thousands(static_cast<std::int64_t>(count)), 8);
  };
  const double rate =
      receipt.seconds > 0 ? static_cast<double>(receipt.received) / receipt.seconds : 0;
  context.say("Receipt " + receipt.id + "   " + receipt.time + "\n");
  context.say("  received  " + number(receipt.received) + "   files, " +
              human_bytes(receipt.bytes) + " in " + fixed(receipt.seconds, 1) + " s (" +
              fixed(rate, 0) + " files/s)");
  context.say(
      "  stored    " + number(receipt.count(Outcome::Stored)) + "   " +
      (receipt.research_copies > 0
           ? with_thousands(static_cast<std::int64_t>(receipt.research_copies)) +
                 (receipt.research_copies == 1 ? " de-identified copy" : " de-identified copies") +
                 " made"
           : "originals only"));
  context.say("  duplicate " + number(receipt.count(Outcome::Duplicate)));
  context.say("  quarantined" + number(receipt.count(Outcome::Quarantined)).substr(1) +
              "   kept apart, used by nothing");
  context.say("  rejected  " + number(receipt.count(Outcome::Rejected)) + "   not kept");
  context.say("            --------");
  context.say("            " + number(receipt.received) + "   all accounted for\n");
  for (const auto outcome : {Outcome::Duplicate, Outcome::Quarantined, Outcome::Rejected}) {
    say_kinds(context, receipt, outcome);
  }
  context.say("\n  list them   osler ingest --receipt " + receipt.id + " --outcome quarantined");
}

Result<std::vector<workflow::TakenItem>> chosen(const Receipt& receipt,
                                                const std::optional<std::string>& outcome) {
  if (!outcome) {
    return receipt.items;
  }
  std::vector<workflow::TakenItem> items;
  bool known = false;
  for (std::size_t i = 0; i < workflow::kOutcomes; ++i) {
    known = known || workflow::to_string(static_cast<Outcome>(i)) == *outcome;
  }
  if (!known) {
    return Error(ErrorCode::InvalidArgument, "\"" + *outcome + "\" is no outcome")
        .hint("write stored, duplicate, quarantined or rejected");
  }
  std::ranges::copy_if(receipt.items, std::back_inserter(items), [&](const auto& item) {
    return workflow::to_string(item.outcome) == *outcome;
  });
  return items;
}

Result<cli::Outcome> list_receipt(const Context& context, workflow::Home& home,
                                  const Arguments& arguments) {
  OSLER_TRY(const auto receipt, workflow::find_receipt(home, *arguments.text("receipt")));
  OSLER_TRY(const auto items, chosen(receipt, arguments.text("outcome")));
  for (const auto& item : items) {
    context.say(padded(std::string(workflow::to_string(item.outcome)), 12) + item.path +
                (item.reason.empty() ? "" : "   " + item.reason));
  }
  return cli::Outcome{.document = dump_json(to_json(receipt, items))};
}

Result<cli::Outcome> run(const Context& context, const Arguments& arguments) {
  OSLER_TRY(auto home, context.open_home());
  if (arguments.has("receipt")) {
    return list_receipt(context, home, arguments);
  }
  if (arguments.positional().empty()) {
    return Error(ErrorCode::InvalidArgument, "osler ingest needs a file, a folder or an archive")
        .hint("see osler ingest --help");
  }
  workflow::TakeInOptions options;
  options.paths.assign(arguments.positional().begin(), arguments.positional().end());
  OSLER_TRY(const auto threads, arguments.integer("threads", 0, 0, 256));
  options.threads = static_cast<std::size_t>(threads);
  if (arguments.has("deidentify")) {
    options.deidentify = true;
  }
  if (arguments.has("originals-only")) {
    options.deidentify = false;
  }
  options.history = arguments.has("history");
  OSLER_TRY(const auto receipt, workflow::take_in(home, options, context.progress));
  say_receipt(context, receipt);
  return cli::Outcome{.document = dump_json(to_json(receipt, receipt.items))};
}

}  // namespace

Verb ingest_verb() {
  return {
      .usage = {.verb = "ingest",
                .summary = "take films in: each file ends in one recorded outcome",
                .form = "PATH… [options]",
                .examples = {"osler ingest cohort/", "osler ingest disc.zip film.dcm --json",
                             "osler ingest --receipt 4f0c91d2 --outcome quarantined"},
                .remarks =
                    "PATH is a DICOM file, a folder, or a zip archive; a member of an archive is "
                    "shown as archive.zip!member.\nOriginals are kept for care; a de-identified "
                    "copy is made beside each for research.\nRunning the same command again "
                    "after a stop finishes the work; nothing is stored twice.",
                .options = {{"receipt", "ID", "show what became of an earlier ingest"},
                            {"outcome", "NAME",
                             "with --receipt: only stored, duplicate, "
                             "quarantined or rejected"},
                            {"deidentify", "", "make research copies, whatever config.json says"},
                            {"originals-only", "", "make none"},
                            {"history", "", "keep off the worklist: for data sets, and as priors"},
                            {"threads", "N", "default: all cores"}},
                .least = 0,
                .most = 1'000'000,
                .more = "docs/guides/first-study.md"},
      .run = run};
}

}  // namespace osler::cli
