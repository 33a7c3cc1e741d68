#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "serve/api/internal/context.h"
#include "serve/inference/kserve.h"
#include "workflow/predict.h"
#include "workflow/reading/service.h"

namespace osler::serve::api::internal {
namespace {

namespace reading = workflow::reading;
using http::Request;
using http::Response;
using inference::Tensor;

constexpr std::uint64_t kMostBody = std::uint64_t{64} << 20U;
constexpr std::int64_t kMostImages = 64;
constexpr std::string_view kHeaderLength = "Inference-Header-Content-Length";

using Model = std::shared_ptr<const workflow::Scorer>;

Result<reading::ModelName> name_of(const Request& request) {
  reading::ModelName model{.name = request.parameter("model").value_or("")};
  if (const auto version = request.parameter("version")) {
    const auto number = parse_integer(*version);
    if (!number || *number < 1) {
      return Error(ErrorCode::NotFound, "a version is a number from 1");
    }
    model.version = *number;
  }
  return model;
}

Result<Model> model_of(Context& context, const Request& request) {
  OSLER_TRY(const auto name, name_of(request));
  auto scorer = context.scoring.find(name);
  if (scorer) {
    return scorer;
  }
  if (!context.scoring.looked_up()) {
    return Error(ErrorCode::Unavailable, "the models are being opened");
  }
  for (const auto& service : context.scoring.models()) {
    const bool wanted = name.version == 0 ? service.model.name == name.name : service.model == name;
    if (wanted && service.paused) {
      return Error(ErrorCode::Unavailable, service.model.reference() + " is paused");
    }
  }
  return Error(ErrorCode::NotFound, "no such model is in service")
      .hint("osler model list; osler model promote MODEL --to production");
}

Json tensor_document(const char* name, Json shape) {
  return {{"name", name}, {"datatype", "FP32"}, {"shape", std::move(shape)}};
}

Json metadata(const workflow::Scorer& scorer) {
  const auto& package = scorer.package();
  return {
      {"name", package.contents().name},
      {"versions", {std::to_string(package.contents().version)}},
      {"platform", "onnx_onnxruntime"},
      {"inputs", {tensor_document("image", {-1, 1, package.height(), package.width()})}},
      {"outputs", {tensor_document("probability", {-1, 1}), tensor_document("logit", {-1, 1})}}};
}

// [N, 1, H, W] of the model's input size.
Result<std::size_t> images_in(const Tensor& tensor, const infer::package::Package& package) {
  const std::vector<std::int64_t> wanted{1, static_cast<std::int64_t>(package.height()),
                                         static_cast<std::int64_t>(package.width())};
  const auto& shape = tensor.shape;
  if (tensor.name != "image" || shape.size() != 4 ||
      !std::equal(wanted.begin(), wanted.end(), shape.begin() + 1)) {
    return Error(ErrorCode::InvalidArgument, "the input is not \"image\" of shape [N, 1, " +
                                                 std::to_string(wanted[1]) + ", " +
                                                 std::to_string(wanted[2]) + "]");
  }
  if (shape[0] > kMostImages) {
    return Error(ErrorCode::InvalidArgument, "more than 64 images in one request");
  }
  return static_cast<std::size_t>(shape[0]);
}

std::vector<Tensor> outputs_of(const infer::engine::Outputs& scored, const clinical::ScoreMap& map,
                               const inference::InferRequest& request) {
  const auto n = static_cast<std::int64_t>(scored.images);
  Tensor probability{.name = "probability", .shape = {n, 1}, .data = {}};
  Tensor logit{.name = "logit", .shape = {n, 1}, .data = {}};
  for (std::size_t i = 0; i < scored.images; ++i) {
    const float score = scored.logits[i * scored.classes];
    logit.data.push_back(score);
    probability.data.push_back(
        static_cast<float>(map.calibration.apply(static_cast<double>(score))));
  }
  std::vector<Tensor> all{std::move(probability), std::move(logit)};
  if (!request.outputs.empty()) {
    std::erase_if(all, [&](const Tensor& tensor) {
      return std::ranges::find(request.outputs, tensor.name, &inference::RequestedOutput::name) ==
             request.outputs.end();
    });
  }
  return all;
}

Result<void> check_outputs(const inference::InferRequest& request) {
  for (const auto& output : request.outputs) {
    if (output.name != "probability" && output.name != "logit") {
      return Error(ErrorCode::InvalidArgument, "the model has no such output")
          .hint("its outputs are probability and logit");
    }
  }
  return {};
}

// The client has gone, or has said how long the answer is worth waiting for, and it took longer.
Result<void> check_in_time(const Request& request, const inference::InferRequest& asked) {
  const std::chrono::duration<double, std::milli> since =
      std::chrono::steady_clock::now() - request.received;
  if (request.abandoned() || (asked.timeout_ms && since.count() > *asked.timeout_ms)) {
    return Error(ErrorCode::Unavailable, "the request waited beyond its deadline");
  }
  return {};
}

Result<Response> infer(Context& context, const Request& request) {
  OSLER_TRY(const Model scorer, model_of(context, request));
  std::optional<std::size_t> json_bytes;
  if (const auto length = request.header(kHeaderLength); !length.empty()) {
    const auto number = parse_integer(length);
    if (!number || *number < 0) {
      return Error(ErrorCode::InvalidArgument, std::string(kHeaderLength) + " is not a number");
    }
    json_bytes = static_cast<std::size_t>(*number);
  }
  OSLER_TRY(const auto asked,
            inference::parse_infer(request.body(), json_bytes,
                                   {.values = kMostBody / sizeof(float), .inputs = 1}));
  OSLER_TRY_DO(check_outputs(asked));
  const auto& package = scorer->package();
  OSLER_TRY(const std::size_t images, images_in(asked.inputs.front(), package));
  OSLER_TRY_DO(check_in_time(request, asked));
  OSLER_TRY(const auto scored, package.score(asked.inputs.front().data, images));
  OSLER_TRY_DO(check_in_time(request, asked));
  auto written = inference::write_infer(asked, package.contents().name,
                                        std::to_string(package.contents().version),
                                        outputs_of(scored, package.contents().score_map, asked));
  Response response;
  response.content_type = written.json_bytes ? "application/octet-stream" : "application/json";
  if (written.json_bytes) {
    response.headers.emplace_back(kHeaderLength, std::to_string(*written.json_bytes));
  }
  response.body = std::move(written.body);
  return response;
}

Response ready(Context& context, const Request& request) {
  const auto scorer = model_of(context, request);
  return scorer ? http::json_response(200, {{"ready", true}})
                : http::error_response(scorer.error());
}

// Scores one film without keeping it: by one model, or by all in production.
Result<Json> predict(Context& context, const Request& request) {
  std::vector<Model> models;
  if (const auto wanted = request.query_value("model")) {
    auto scorer = context.scoring.find({.name = *wanted, .version = 0});
    if (!scorer) {
      return Error(ErrorCode::NotFound, "no such model is in production");
    }
    models.push_back(std::move(scorer));
  } else {
    for (const auto& service : context.scoring.models()) {
      auto scorer = service.shown ? context.scoring.find(service.model) : nullptr;
      if (scorer) {
        models.push_back(std::move(scorer));
      }
    }
  }
  if (models.empty()) {
    return Error(ErrorCode::Unavailable, "no model is in production");
  }
  Json results = Json::array();
  for (const auto& scorer : models) {
    const BytesView body = request.body();
    const auto scored = scorer->read("", Bytes(body.begin(), body.end()), context.decoder);
    Json result = workflow::to_json(scored.result);
    result.erase("path");
    result.erase("saliency");
    result["model"] = {{"name", scorer->package().contents().name},
                       {"version", scorer->package().contents().version},
                       {"digest", scorer->package().digest().hex()}};
    results.push_back(std::move(result));
  }
  return Json{{"results", std::move(results)}};
}

void add_model(http::Router& router, Context& context, const std::string& base,
               const std::string& suffix) {
  router.add({.pattern = base,
              .id = "v2_model" + suffix,
              .summary = "Inputs and outputs of a model in service",
              .access = "infer",
              .handler = [&context](const Request& r) {
                const auto scorer = model_of(context, r);
                return scorer ? http::json_response(200, metadata(**scorer))
                              : http::error_response(scorer.error());
              }});
  router.add({.pattern = base + "/ready",
              .id = "v2_model_ready" + suffix,
              .summary = "Whether a model is in service",
              .access = "infer",
              .handler = [&context](const Request& r) { return ready(context, r); }});
  router.add({.method = http::Method::Post,
              .pattern = base + "/infer",
              .id = "v2_infer" + suffix,
              .summary = "Open Inference Protocol v2, JSON or binary tensors",
              .access = "infer",
              .max_body = kMostBody,
              .deadline = std::chrono::seconds(30),
              .handler = [&context](const Request& r) {
                auto response = infer(context, r);
                return response ? *std::move(response) : http::error_response(response.error());
              }});
}

}  // namespace

void add_inference(http::Router& router, Context& context) {
  router.add({.pattern = "/v2",
              .id = "v2_server",
              .summary = "Name, version and extensions of the inference server",
              .access = std::string(auth::kPublic),
              .handler = [&context](const Request&) {
                return http::json_response(200, {{"name", "osler"},
                                                 {"version", context.options.version},
                                                 {"extensions", {"binary_tensor_data"}}});
              }});
  router.add(
      {.pattern = "/v2/health/live",
       .id = "v2_live",
       .summary = "The process answers",
       .access = std::string(auth::kPublic),
       .handler = [](const Request&) { return http::json_response(200, {{"live", true}}); }});
  router.add({.pattern = "/v2/health/ready",
              .id = "v2_ready",
              .summary = "Every model in service is open",
              .access = std::string(auth::kPublic),
              .handler = [&context](const Request&) {
                const bool open = context.scoring.looked_up() && context.scoring.broken().empty() &&
                                  !context.stopping;
                return http::json_response(open ? 200 : 503, {{"ready", open}});
              }});
  add_model(router, context, "/v2/models/{model}", "");
  add_model(router, context, "/v2/models/{model}/versions/{version}", "_version");
  router.add({.method = http::Method::Post,
              .pattern = "/api/predict",
              .id = "predict",
              .summary = "A film's bytes to findings; nothing is kept",
              .access = "infer",
              .max_body = kMostBody,
              .request_type = "application/dicom",
              .parameters = {{.name = "model", .description = "default: all in production"}},
              .handler = [&context](const Request& r) { return reply(predict(context, r)); }});
}

}  // namespace osler::serve::api::internal
