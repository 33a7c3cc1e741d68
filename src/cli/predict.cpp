#include "workflow/predict.h"

#include <algorithm>
#include <cstdio>

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/text.h"
#include "cli/terminal.h"
#include "cli/verbs.h"

namespace osler::cli {
namespace {

using workflow::FilmResult;
using workflow::Scored;

constexpr std::size_t kAxis = 50;  // characters for 0 to 100 %

std::size_t place(double probability) {
  return std::min(kAxis - 1, static_cast<std::size_t>(probability * static_cast<double>(kAxis)));
}

// The probability axis: threshold, interval with its ends, and the point (hollow: undecided).
std::string axis(const clinical::Reading& reading, bool utf8) {
  std::vector<std::string> cells(kAxis, utf8 ? "─" : "-");
  for (std::size_t i = place(reading.lower); i <= place(reading.upper); ++i) {
    cells[i] = utf8 ? "━" : "=";
  }
  cells[place(reading.lower)] = utf8 ? "├" : "[";
  cells[place(reading.upper)] = utf8 ? "┤" : "]";
  cells[place(reading.threshold)] = utf8 ? "┆" : "|";
  const bool undecided = reading.tier == clinical::Tier::Undecided;
  cells[place(reading.probability)] = undecided ? (utf8 ? "○" : "o") : (utf8 ? "●" : "*");
  return join(cells, "");
}

std::string per_cent(double probability) {
  return fixed(probability * 100.0, 0);
}

std::string verdict(const clinical::Reading& reading) {
  const std::string threshold = per_cent(reading.threshold);
  if (reading.tier == clinical::Tier::Undecided) {
    return "crosses " + threshold + ": undecided";
  }
  return (reading.positive ? "above " : "below ") + threshold + ": " +
         std::string(clinical::to_string(reading.tier)) + " tier";
}

void say_finding(const Context& context, const workflow::FilmFinding& finding, bool utf8) {
  const auto& reading = finding.reading;
  context.say(padded("", 16) + "0                  50                 100 %");
  context.say(padded(finding.label, 16) + axis(reading, utf8) + "  " +
              per_cent(reading.probability) + " %   " + per_cent(reading.lower) + " to " +
              per_cent(reading.upper) + "   " + verdict(reading));
  context.say(padded("", 16) + std::to_string(reading.similar_positive) + " of " +
              std::to_string(reading.similar_n) + " films scored like this had the finding");
}

void say_film(const Context& context, const FilmResult& result, bool utf8) {
  context.say(padded(result.path, 16) + (result.path.size() >= 16 ? "   " : "") + result.about);
  if (result.outcome == Scored::NoResult) {
    context.say(padded("", 16) + "no result: " + result.reason);
  } else if (result.outcome == Scored::Failed) {
    context.say(padded("", 16) + "failed: " + result.reason);
  }
  for (const auto& finding : result.findings) {
    say_finding(context, finding, utf8);
  }
  for (const auto& warning : result.warnings) {
    context.say(padded("", 16) + "note: " + warning);
  }
  if (!result.saliency.empty()) {
    context.say(padded("", 16) + "map: " + result.saliency);
  }
}

// One JSON document, written as the results come, so that a folder of any size needs no memory.
class JsonStream {
 public:
  void open(const workflow::PredictSummary& summary) {
    std::fputs("{\"model\": ", stdout);
    put(summary.model);
    std::fprintf(stdout,
                 ", \"version\": %lld, \"digest\": ", static_cast<long long>(summary.version));
    put(summary.digest);
    std::fputs(", \"stage\": ", stdout);
    put(summary.stage);
    std::fputs(", \"results\": [", stdout);
    opened_ = true;
  }
  void film(const FilmResult& result) {
    std::fputs(first_ ? "" : ", ", stdout);
    first_ = false;
    std::fputs(dump_json(workflow::to_json(result)).c_str(), stdout);
  }
  void close() {
    if (opened_) {
      std::fputs("]}\n", stdout);
    }
  }

 private:
  static void put(const std::string& text) { std::fputs(dump_json(Json(text)).c_str(), stdout); }
  bool opened_ = false;
  bool first_ = true;
};

Result<Outcome> run(const Context& context, const Arguments& arguments) {
  workflow::PredictOptions options;
  options.model = arguments.positional().front();
  options.paths.assign(arguments.positional().begin() + 1, arguments.positional().end());
  options.saliency = arguments.text("saliency").value_or("");
  OSLER_TRY(const auto threads, arguments.integer("threads", 0, 0, 256));
  options.threads = static_cast<std::size_t>(threads);
  OSLER_TRY(auto home, context.open_home());
  const bool utf8 = shows_utf8();
  JsonStream stream;
  const auto summary = workflow::predict(
      home, options,
      [&](const workflow::PredictSummary& opened) {
        if (context.json) {
          stream.open(opened);
        }
      },
      [&](const FilmResult& result) {
        if (context.json) {
          stream.film(result);
        } else {
          say_film(context, result, utf8);
        }
      },
      context.progress);
  if (!summary) {
    return summary.error();
  }
  stream.close();
  const bool nothing_scored = summary->scored + summary->no_result == 0 && summary->failed > 0;
  return Outcome{.document = {}, .exit_code = nothing_scored ? 65 : 0};
}

}  // namespace

Verb predict_verb() {
  return {
      .usage = {.verb = "predict",
                .summary = "score films with a registered model",
                .form = "MODEL PATH… [options]",
                .examples = {"osler predict chest-consolidation film.dcm",
                             "osler predict chest-consolidation@2 study/ --saliency maps/",
                             "osler predict chest-consolidation study/ --json > results.json"},
                .remarks =
                    "MODEL is a name (the version in production, else the newest) or "
                    "name@version. PATH is a DICOM, PNG or JPEG file,\na folder or a zip "
                    "archive. Outside the model's intended use there is no number but a reason.",
                .options = {{"saliency", "DIR",
                             "a heat map of each film above the threshold or undecided"},
                            {"threads", "N", "default: all cores"}},
                .least = 2,
                .most = 1'000'000,
                .exit_codes =
                    "0 read   64 usage   65 data   66 not found   69 not supported   75 try again",
                .more = {}},
      .run = run};
}

}  // namespace osler::cli
