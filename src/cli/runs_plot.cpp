#include <cmath>
#include <map>

#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/runs_words.h"
#include "cli/verbs.h"
#include "evaluate/report/pictures.h"

namespace osler::cli {
namespace {

namespace report = evaluate::report;

// The value at a dotted path of a run: "study.training.optimiser.epochs".
Result<Json> value_at(const workflow::Run& run, const Json& parameters, const std::string& path) {
  const Json* place = &parameters;
  for (const auto& key : split(path, '.')) {
    if (!place->is_object() || !place->contains(key)) {
      return Error(ErrorCode::NotFound, "run " + run.name() + " has no parameter \"" + path + "\"")
          .hint("osler runs show " + run.name() + " --json lists its parameters");
    }
    place = &(*place)[key];
  }
  return *place;
}

Result<evaluate::metrics::Estimate> metric_of(const workflow::Run& run, const Json& metrics,
                                              const std::string& name) {
  const Json tested = metrics.is_object() ? metrics.value("test", Json::object()) : Json::object();
  const Json found = tested.value(name, Json());
  if (!found.is_object() || !found["value"].is_number()) {
    return Error(ErrorCode::NotFound, "run " + run.name() + ", which is " + run.state +
                                          ", has no result \"" + name + "\"")
        .hint("its results: osler runs show " + run.name());
  }
  const auto bound = [&](const char* key) {
    return found[key].is_number() ? found[key].get<double>() : std::nan("");
  };
  return evaluate::metrics::Estimate{.value = found["value"].get<double>(),
                                     .lower = bound("lower"),
                                     .upper = bound("upper"),
                                     .n = found.value("n", std::size_t{0})};
}

std::string word_of(const Json& value) {
  return value.is_string() ? value.get<std::string>() : dump_json(value);
}

// Runs of one series, in the order in which the first of each was named.
Result<std::vector<report::Series>> series_of(workflow::Home& home, const Arguments& arguments,
                                              const std::string& x, const std::string& series,
                                              const std::string& metric) {
  std::vector<report::Series> list;
  std::map<std::string, std::size_t> places;
  const auto& words = arguments.positional();
  for (std::size_t i = 1; i < words.size(); ++i) {
    OSLER_TRY(const auto run, workflow::find_run(home, words[i]));
    const Json document = to_json(run);
    OSLER_TRY(const Json across, value_at(run, document["parameters"], x));
    if (!across.is_number()) {
      return Error(ErrorCode::InvalidArgument, "\"" + x + "\" is no number in run " + run.name());
    }
    std::string name = run.study;
    if (!series.empty()) {
      OSLER_TRY(const Json value, value_at(run, document["parameters"], series));
      name = word_of(value);
    }
    const auto [place, is_new] = places.emplace(name, list.size());
    if (is_new) {
      list.push_back({.name = name, .points = {}});
    }
    OSLER_TRY(const auto estimate, metric_of(run, document["metrics"], metric));
    list[place->second].points.push_back({.x = across.get<double>(), .y = estimate});
  }
  return list;
}

Result<Outcome> run(const Context& context, const Arguments& arguments) {
  const auto x = arguments.text("x");
  if (!x) {
    return Error(ErrorCode::InvalidArgument, "osler runs plot needs --x PARAMETER")
        .hint("for example --x study.split.train_share");
  }
  OSLER_TRY(auto home, context.open_home());
  const std::string metric = arguments.text("metric").value_or("auroc");
  OSLER_TRY(auto series,
            series_of(home, arguments, *x, arguments.text("series").value_or(""), metric));
  Json document = Json::array();
  for (const auto& one : series) {
    for (const auto& point : one.points) {
      document.push_back(
          {{"series", one.name}, {"x", point.x}, {"y", evaluate::metrics::to_json(point.y)}});
    }
  }
  report::SeriesPlot plot{.title = metric + " by " + *x,
                          .x_name = arguments.text("x-name").value_or(*x),
                          .y_name = arguments.text("y-name").value_or(metric),
                          .logarithmic = arguments.has("log"),
                          .series = std::move(series)};
  OSLER_TRY(const auto svg, report::series_picture(plot));
  const std::filesystem::path out = arguments.positional().front();
  OSLER_TRY_DO(write_file(out, svg));
  context.say("plot      " + out.string());
  return Outcome{.document = dump_json({{"plot", out.string()}, {"points", std::move(document)}})};
}

}  // namespace

Verb runs_plot_verb() {
  return {.usage = {.verb = "runs plot",
                    .summary = "a result against a parameter, as a picture: a learning curve",
                    .form = "OUT.svg RUN… --x PARAMETER [options]",
                    .examples = {"osler runs plot curve.svg r1 r2 r3 --x study.split.train_share "
                                 "--log",
                                 "osler runs plot out.svg r1 r2 r3 r4 --x "
                                 "study.training.optimiser.epochs --series "
                                 "study.training.network.kind --metric auprc"},
                    .remarks = "Runs with the same parameter are repeats: each is a point with its "
                               "interval, the line goes\nthrough their mean. The first series is "
                               "drawn in each panel, beside one of the others.",
                    .options = {{"x", "PARAMETER", "as runs show names it, a number"},
                                {"series", "PARAMETER", "what parts the runs; default the study"},
                                {"metric", "NAME", "default auroc"},
                                {"x-name", "TEXT", "under the axis"},
                                {"y-name", "TEXT", "beside the axis"},
                                {"log", "", "logarithmic x"}},
                    .least = 2,
                    .most = 10'000},
          .run = run};
}

}  // namespace osler::cli
