#include <utility>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "serve/api/internal/context.h"
#include "serve/api/internal/documents.h"
#include "workflow/labelling/agreement.h"
#include "workflow/labelling/finish.h"
#include "workflow/labelling/items.h"
#include "workflow/labelling/project.h"

namespace osler::serve::api::internal {
namespace {

namespace labelling = workflow::labelling;
using http::Request;
using http::Response;

labelling::Viewer viewer(const Request& request) {
  return {.person = person(request), .manages = identity(request).may("label.manage")};
}

Result<std::int64_t> project_of(const Request& request) {
  return labelling::project_id(request.parameter("project").value_or(""));
}

Result<Json> list(Context& context, const Request& request) {
  OSLER_TRY(const auto projects, labelling::list(context.home, viewer(request)));
  Json documents = Json::array();
  for (const auto& project : projects) {
    documents.push_back(labelling::to_json(project));
  }
  return Json{{"projects", std::move(documents)}};
}

Result<Json> choices(Context& context, const Request& /*request*/) {
  OSLER_TRY(const auto versions, context.home.catalogue().list());
  OSLER_TRY(const auto users, context.door.users().list());
  Json datasets = Json::array();
  for (const auto& version : versions) {
    datasets.push_back({{"name", version.name},
                        {"version", version.reference()},
                        {"films", version.items},
                        {"digest", version.digest.hex()}});
  }
  Json readers = Json::array();
  for (const auto& user : users) {
    if (!user.disabled && auth::allows(user.role, "label.answer")) {
      readers.push_back(user.name);
    }
  }
  return Json{{"datasets", std::move(datasets)}, {"readers", std::move(readers)}};
}

// Whoever is to label must be able to log in, and to label.
Result<void> check_reader(Context& context, const std::string& name) {
  const auto user = context.door.users().find(name);
  if (!user || user->disabled || !auth::allows(user->role, "label.answer")) {
    return Error(ErrorCode::InvalidArgument, "\"" + name + "\" is nobody who may label")
        .hint("GET /api/labelling/choices lists who may; osler user add NAME --role reader");
  }
  return {};
}

Result<Json> create(Context& context, const Request& request) {
  OSLER_TRY(const Json body, json_body(request));
  OSLER_TRY(const auto wanted, labelling::project_from(body));
  for (const auto& name : {wanted.readers[0], wanted.readers[1], wanted.adjudicator}) {
    OSLER_TRY_DO(check_reader(context, name));
  }
  OSLER_TRY(const auto project, labelling::create(context.home, wanted, viewer(request)));
  return labelling::to_json(project);
}

Result<Json> show(Context& context, const Request& request) {
  OSLER_TRY(const auto id, project_of(request));
  OSLER_TRY(const auto project, labelling::find(context.home, id, viewer(request)));
  return labelling::to_json(project);
}

// The film itself is shown without a header: who labels sees no patient.
Result<Json> item_document(Context& context, std::int64_t project,
                           const std::optional<labelling::LabelItem>& item) {
  if (!item) {
    return Json{{"item", nullptr}};
  }
  Json document = labelling::to_json(*item);
  const std::string at =
      "/api/labelling/l" + std::to_string(project) + "/items/" + std::to_string(item->id);
  OSLER_TRY(auto film, context.films.facts_of(item->object));
  film.sop_instance_uid = std::to_string(item->id);
  film.series_instance_uid.clear();
  document["image"] = image_document(film, at);
  return Json{{"item", std::move(document)}};
}

Result<Json> next(Context& context, const Request& request) {
  OSLER_TRY(const auto id, project_of(request));
  OSLER_TRY(const auto item, labelling::next_item(context.home, id, viewer(request)));
  return item_document(context, id, item);
}

Result<Json> answer(Context& context, const Request& request) {
  OSLER_TRY(const auto id, project_of(request));
  OSLER_TRY(const auto item, labelling::item_id(request.parameter("item").value_or("")));
  OSLER_TRY(const Json body, json_body(request));
  OSLER_TRY(const auto answers, labelling::answers_from(body));
  OSLER_TRY_DO(labelling::answer(context.home, id, item, answers, viewer(request)));
  return next(context, request);
}

Result<Json> agreement(Context& context, const Request& request) {
  OSLER_TRY(const auto id, project_of(request));
  OSLER_TRY(const auto found, labelling::agreement(context.home, id, viewer(request)));
  return labelling::to_json(found);
}

Result<Json> finish(Context& context, const Request& request) {
  OSLER_TRY(const auto id, project_of(request));
  labelling::FinishOptions options;
  if (!request.text().empty()) {
    OSLER_TRY(const Json body, json_body(request));
    if (body.contains("leave_out_unanswered")) {
      OSLER_TRY(options.leave_out_unanswered, json_bool(body, "leave_out_unanswered"));
    }
  }
  OSLER_TRY(const auto finished, labelling::finish(context.home, id, viewer(request), options));
  return labelling::to_json(finished);
}

Result<labelling::LabelItem> item_of(Context& context, const Request& request) {
  OSLER_TRY(const auto id, project_of(request));
  OSLER_TRY(const auto item, labelling::item_id(request.parameter("item").value_or("")));
  return labelling::find_item(context.home, id, item, viewer(request));
}

Response pixels(Context& context, const Request& request) {
  const auto item = item_of(context, request);
  return item ? pixels_response(context.films.pixels_of(item->object, 0))
              : http::error_response(item.error());
}

Response thumbnail(Context& context, const Request& request) {
  const auto item = item_of(context, request);
  return item ? picture_response(context.films.thumbnail_of(item->object),
                                 item->object.hex().substr(0, 24))
              : http::error_response(item.error());
}

using Answerer = Result<Json> (*)(Context&, const Request&);

// Readers answer and stewards manage: both may look, and the room says who sees what.
void add(http::Router& router, Context& context, http::Method method, std::string pattern,
         std::string id, std::string summary, std::string access, Answerer answerer,
         int status = 200) {
  router.add({.method = method,
              .pattern = std::move(pattern),
              .id = std::move(id),
              .summary = std::move(summary),
              .access = std::move(access),
              .handler = [&context, answerer, status](const Request& request) {
                return reply(answerer(context, request), status);
              }});
}

}  // namespace

void add_labelling(http::Router& router, Context& context) {
  const auto kGet = http::Method::Get;
  const auto kPost = http::Method::Post;
  const std::string base = "/api/labelling/{project}";
  add(router, context, kGet, "/api/labelling", "label_projects",
      "Labelling projects, and what waits for whoever asks", "label.see", list);
  add(router, context, kGet, "/api/labelling/choices", "label_choices",
      "What a new project can be made of", "label.manage", choices);
  add(router, context, kPost, "/api/labelling", "label_create", "A new project", "label.manage",
      create, 201);
  add(router, context, kGet, base, "label_project", "One project", "label.see", show);
  add(router, context, kGet, base + "/next", "label_next",
      "The next film for whoever asks; null: none is left", "label.answer", next);
  add(router, context, kPost, base + "/items/{item}", "label_answer",
      "Answers to one film; gives the next", "label.answer", answer);
  add(router, context, kGet, base + "/agreement", "label_agreement",
      "How far the readers agree: kappa with its interval, and what they differ on", "label.see",
      agreement);
  add(router, context, kPost, base + "/finish", "label_finish",
      "Close the project: its answers become a data set version", "label.manage", finish);
  router.add({.pattern = base + "/items/{item}/pixels",
              .id = "label_pixels",
              .summary = "A film of a project, without a header",
              .access = "label.answer",
              .response_type = "application/octet-stream",
              .handler = [&context](const Request& r) { return pixels(context, r); }});
  router.add({.pattern = base + "/items/{item}/thumbnail",
              .id = "label_thumbnail",
              .summary = "A small picture of a film of a project",
              .access = "label.answer",
              .response_type = "image/png",
              .handler = [&context](const Request& r) { return thumbnail(context, r); }});
}

}  // namespace osler::serve::api::internal
