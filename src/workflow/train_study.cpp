#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/process.h"
#include "base/text.h"
#include "infer/onnx/adapt.h"
#include "infer/onnx/inspect.h"
#include "workflow/films.h"
#include "workflow/internal/run_log.h"
#include "workflow/internal/scores.h"
#include "workflow/internal/subject.h"
#include "workflow/run_study.h"

namespace osler::workflow {
namespace {

using internal::Subject;

// The largest difference between the trained and the exported network that is taken as rounding, of
// the logit, of the logits' root mean square, or of 1: a logit near 0 may be the difference of
// large terms, and rounds as its neighbours do. Networks with norms stay below 1e-5; one of
// ImageNet's weights without any, whose features are in the tens, comes to 2e-5.
constexpr double kEqual = 5e-5;

Json job_of(const Subject& subject, const RunRequest& request) {
  Json labels = Json::array();
  Json split = Json::array();
  for (const auto& item : subject.data.manifest.items) {
    const auto label = item.labels.find(request.study.finding.label);
    labels.push_back(label == item.labels.end() ? Json() : Json(label->second == "1" ? 1 : 0));
    split.push_back(item.split);
  }
  return {{"format", "osler-job/1"},
          {"tensors", subject.tensors.string()},
          {"labels", std::move(labels)},
          {"split", std::move(split)},
          {"spec", study::to_json(request.study.training)},
          {"seed", request.seed},
          {"threads", request.threads},
          {"out", subject.folder.string()},
          {"initial_weights", request.study.weights.resolved.string()}};
}

double number_at(const Json& object, const char* key) {
  return object.is_object() && object.contains(key) && object[key].is_number()
             ? object[key].get<double>()
             : 0.0;
}

void show_epoch(const Json& line, Subject& subject, Progress& progress) {
  const Json validation = line.value("validation", Json::object());
  const auto epoch = static_cast<std::size_t>(number_at(line, "epoch"));
  subject.epochs.push_back({.number = epoch,
                            .training_loss = number_at(line, "loss"),
                            .validation_loss = number_at(validation, "loss"),
                            .validation_auprc = number_at(validation, "auprc")});
  progress.at(epoch, "epoch " + std::to_string(epoch) + " of " +
                         std::to_string(static_cast<std::size_t>(number_at(line, "of"))) +
                         ", val AUPRC " + fixed(number_at(validation, "auprc"), 3));
}

// Epochs of an earlier start are in the run's file, not told again.
void read_epochs(Subject& subject) {
  const auto text = read_text(subject.folder / "epochs.jsonl");
  if (!text) {
    return;
  }
  subject.epochs.clear();
  NoProgress silent;
  for (const auto& line : split(*text, '\n')) {
    if (const auto parsed = parse_json(line, "epochs.jsonl"); parsed) {
      show_epoch(*parsed, subject, silent);
    }
  }
}

Result<void> learn(Home& home, Subject& subject, const RunRequest& request, Progress& progress) {
  const Json job = job_of(subject, request);
  const auto path = subject.folder / "job.json";
  OSLER_TRY_DO(write_file(path, dump_json(job)));
  ChildProcess::Options options;
  options.program = program_folder() / "osler-learn";
  options.arguments = {"train", path.string()};
  options.environment = {"OMP_WAIT_POLICY=PASSIVE"};
  options.error_log = subject.folder / "learner.log";
  options.stop_with_parent = true;
  options.keep_open = subject.lock->descriptor();
  OSLER_TRY(const auto id, home.jobs().add("train", {{"run", subject.run}}));
  progress.begin("train", static_cast<std::uint64_t>(request.study.training.optimiser.epochs));
  OSLER_TRY(subject.training,
            storage::jobs::run_program(home.jobs(), id, options, [&](const Json& line) {
              if (line.value("event", "") == "epoch") {
                show_epoch(line, subject, progress);
              }
            }));
  read_epochs(subject);
  progress.end(std::to_string(subject.epochs.size()) + " epochs, best " +
               std::to_string(static_cast<std::size_t>(
                   number_at(subject.training.value("best", Json::object()), "epoch"))) +
               ", " + std::to_string(request.threads) + " threads");
  return {};
}

Result<infer::engine::Session> load_network(const Subject& subject) {
  OSLER_TRY_DO(infer::onnx::inspect(subject.onnx));
  return infer::engine::Session::create(subject.onnx);
}

// The least of 1e-6, 2e-6, 5e-6, 1e-5, … that holds the number.
std::string shortest_bound(double number) {
  for (const auto& [bound, text] :
       {std::pair(1e-6, "1e-6"), {2e-6, "2e-6"}, {5e-6, "5e-6"}, {1e-5, "1e-5"}, {2e-5, "2e-5"}}) {
    if (number <= bound) {
      return text;
    }
  }
  return "5e-5";
}

// Runs the exported network on the inputs that the trained one was run on, and compares.
Result<void> prove_equal(Subject& subject, const infer::engine::Session& session,
                         Progress& progress) {
  progress.begin("export", 0);
  OSLER_TRY(const auto npz, arrays::Npz::open(subject.folder / "equality.npz"));
  OSLER_TRY(const auto rows_array, npz.read("rows"));
  OSLER_TRY(const auto indices, rows_array.to_integers());
  OSLER_TRY(const auto logits_array, npz.read("logits"));
  const auto expected = logits_array.to_floats();
  const std::vector<std::size_t> rows(indices.begin(), indices.end());
  OSLER_TRY(const auto tensors, arrays::MappedNpy::open(subject.tensors));
  NoProgress silent;
  OSLER_TRY(const auto scores, internal::score_rows(session, tensors, rows, silent));
  double squares = 0.0;
  for (const float trained : expected) {
    squares += static_cast<double>(trained) * static_cast<double>(trained);
  }
  const double usual = std::sqrt(squares / static_cast<double>(expected.size()));
  double largest = 0.0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto trained = static_cast<double>(expected[i]);
    const double scale = std::max({1.0, usual, std::abs(trained)});
    largest = std::max(largest, std::abs(scores.logits[i] - trained) / scale);
  }
  if (!(largest <= kEqual)) {
    return Error(ErrorCode::FailedPrecondition,
                 "the exported network differs from the trained one by " + std::to_string(largest))
        .at((subject.folder / "model.onnx").string())
        .hint("this is a fault of osler: report it with the study file");
  }
  subject.training["export_difference"] = largest;
  subject.training["export_compared_on"] = rows.size();
  progress.end("ONNX equals the trained network on " + std::to_string(rows.size()) +
               " films within " + shortest_bound(largest));
  return {};
}

Json parameters_of(const RunRequest& request) {
  return {{"study", study::to_json(request.study)}, {"code", code_revision()}};
}

// Who was killed a moment ago, and its learner, may still be ending.
constexpr std::chrono::seconds kRunPatience(2);

// One process at a time works on a run: the same study started twice is the same run.
Result<FileLock> lock_run(const std::filesystem::path& folder) {
  auto lock = FileLock::take(folder / "lock", kRunPatience);
  if (!lock && lock.error().code == ErrorCode::Unavailable) {
    return Error(ErrorCode::Unavailable, "another osler is at work on this run")
        .at(folder.string())
        .hint("wait until it has ended; another --seed is another run");
  }
  return lock;
}

// Data set and tensors, then a run of its own folder.
Result<Subject> prepare(Home& home, const RunRequest& request, const std::string& kind,
                        Json parameters, Progress& progress) {
  Subject subject;
  subject.request = &request;
  OSLER_TRY(subject.data, make_dataset(home, request.study, progress));
  OSLER_TRY(subject.tensors,
            materialise(home, subject.data.manifest, request.study.transform, progress));
  OSLER_TRY(const auto begun,
            internal::begin_run(home, {.study = request.study.name,
                                       .kind = kind,
                                       .dataset = subject.data.version.reference(),
                                       .seed = static_cast<std::int64_t>(request.seed),
                                       .parameters = std::move(parameters)}));
  subject.run = "r" + std::to_string(begun.number);
  subject.folder = run_folder(home, begun.number);
  OSLER_TRY(subject.lock, lock_run(subject.folder));
  OSLER_TRY_DO(
      write_file(subject.folder / "study.json", pretty_json(study::to_json(request.study))));
  return subject;
}

// Writes the run's end, whichever it is.
Result<StudyResult> close(Home& home, const std::string& run, Result<StudyResult> result) {
  const auto number = parse_integer(run.substr(1)).value_or(0);
  if (!result) {
    internal::fail_run(home, number, result.error());
    return result;
  }
  const Json document = to_json(*result);
  OSLER_TRY_DO(internal::end_run(home, number, document["metrics"], document));
  return result;
}

Result<StudyResult> train_prepared(Home& home, Subject& subject, const RunRequest& request,
                                   Progress& progress) {
  OSLER_TRY_DO(learn(home, subject, request, progress));
  OSLER_TRY(subject.onnx, read_file(subject.folder / "model.onnx"));
  OSLER_TRY(const auto session, load_network(subject));
  OSLER_TRY_DO(prove_equal(subject, session, progress));
  return internal::conclude(home, subject, session, progress);
}

Result<infer::onnx::Scores> scores_kind(const std::string& word) {
  if (word == "auto") {
    return infer::onnx::Scores::Auto;
  }
  if (word == "logits") {
    return infer::onnx::Scores::Logits;
  }
  if (word == "probabilities") {
    return infer::onnx::Scores::Probabilities;
  }
  return Error(ErrorCode::InvalidArgument,
               "a network's scores are auto, logits or probabilities, not \"" + word + "\"");
}

// Whether the network runs at all, on as many films as are scored at once: what it asks for in
// memory shows only then.
Result<void> probe(const Subject& subject, const infer::engine::Session& session) {
  OSLER_TRY(const auto tensors, arrays::MappedNpy::open(subject.tensors));
  constexpr std::size_t kFilms = 32;
  std::vector<std::size_t> rows(std::min(kFilms, tensors.shape()[0]));
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  NoProgress silent;
  OSLER_TRY_DO(internal::score_rows(session, tensors, rows, silent));
  return {};
}

Result<infer::engine::Session> take_network(Subject& subject, BytesView bytes,
                                            const infer::onnx::AdaptOptions& options,
                                            Progress& progress) {
  progress.begin("import", 0);
  OSLER_TRY(const auto description, infer::onnx::inspect(bytes));
  OSLER_TRY(subject.onnx, infer::onnx::adapt(bytes, options));
  OSLER_TRY(auto session, load_network(subject));
  OSLER_TRY_DO(probe(subject, session));
  subject.training = {{"imported", crypto::sha256(bytes).hex()},
                      {"producer", description.producer},
                      {"opset", description.opset},
                      {"parameters", description.parameters}};
  progress.end("a network of " + description.producer + ", " +
               with_thousands(static_cast<std::int64_t>(description.parameters)) + " parameters");
  return session;
}

Result<StudyResult> import_prepared(Home& home, Subject& subject, const RunRequest& request,
                                    const ImportOptions& options, BytesView bytes,
                                    Progress& progress) {
  infer::onnx::AdaptOptions adapt{.height = request.study.transform.size[0],
                                  .width = request.study.transform.size[1],
                                  .positive_class = options.positive_class,
                                  .scores = infer::onnx::Scores::Auto,
                                  .scale = {options.scale.begin(), options.scale.end()},
                                  .shift = {options.shift.begin(), options.shift.end()}};
  OSLER_TRY(adapt.scores, scores_kind(options.scores));
  const auto session = take_network(subject, bytes, adapt, progress);
  if (!session) {
    return Error(session.error()).at(options.onnx.string());
  }
  return internal::conclude(home, subject, *session, progress);
}

}  // namespace

Result<StudyResult> train_study(Home& home, const RunRequest& request, Progress& progress) {
  const Stopwatch watch;
  OSLER_TRY(Subject subject, prepare(home, request, "train", parameters_of(request), progress));
  auto result = train_prepared(home, subject, request, progress);
  if (result) {
    result->seconds = watch.seconds();
    result->training_seconds = number_at(subject.training, "seconds");
  }
  return close(home, subject.run, std::move(result));
}

Result<StudyResult> import_study(Home& home, const RunRequest& request,
                                 const ImportOptions& options, Progress& progress) {
  const Stopwatch watch;
  auto bytes = read_file(options.onnx, std::uint64_t{512} << 20);
  if (!bytes) {
    return std::move(bytes).error();
  }
  Json parameters = parameters_of(request);
  parameters["onnx"] = crypto::sha256(*bytes).hex();
  OSLER_TRY(Subject subject, prepare(home, request, "import", std::move(parameters), progress));
  auto result = import_prepared(home, subject, request, options, *bytes, progress);
  if (result) {
    result->seconds = watch.seconds();
  }
  return close(home, subject.run, std::move(result));
}

}  // namespace osler::workflow
