#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "serve/api/internal/context.h"
#include "serve/api/internal/documents.h"
#include "workflow/reading/decide.h"
#include "workflow/reading/finding.h"
#include "workflow/reading/service.h"
#include "workflow/reading/similar.h"
#include "workflow/reading/worklist.h"

namespace osler::serve::api::internal {
namespace {

namespace reading = workflow::reading;
using http::Request;
using http::Response;

std::string study_uid(const Request& request) {
  return request.parameter("study").value_or("");
}

Result<reading::StudyFacts> study_of(Context& context, const Request& request) {
  return reading::find_study(context.home, study_uid(request));
}

// Where the study stands among the open ones, and its neighbours.
Result<Json> place_of(Context& context, const reading::StudyFacts& study) {
  OSLER_TRY(const auto place, reading::place_of(context.home, study));
  return Json{{"position", place.position},
              {"of", place.of},
              {"next", place.next.empty() ? Json() : Json(place.next)},
              {"previous", place.previous.empty() ? Json() : Json(place.previous)}};
}

Json first_read_document(const std::optional<reading::FirstRead>& read) {
  if (!read) {
    return nullptr;
  }
  return {{"by", read->person}, {"at", time_or_null(read->at_ms)}, {"text", read->text}};
}

Json quality_document(const std::vector<reading::FilmFacts>& films,
                      const std::vector<reading::Finding>& cards) {
  std::vector<std::string> labels;
  for (const auto& film : films) {
    for (const auto& label : film.quality) {
      if (std::ranges::find(labels, label) == labels.end()) {
        labels.push_back(label);
      }
    }
  }
  const auto words = reading::quality_words(labels);
  Json warnings = Json::array();
  for (const auto& warning : words.warnings) {
    warnings.push_back({{"label", warning.label}, {"text", warning.text}});
  }
  std::vector<std::string> said;
  for (const auto& card : cards) {
    for (const auto& warning : card.warnings) {
      if (warnings.empty() && std::ranges::find(said, warning) == said.end()) {
        said.push_back(warning);
      }
    }
  }
  for (const auto& warning : said) {
    warnings.push_back({{"label", "Warning"}, {"text", warning}});
  }
  return {{"warnings", std::move(warnings)}, {"passed", words.passed}};
}

Json not_assessed_document(const reading::Findings& findings, std::size_t images) {
  Json list = Json::array();
  for (const auto& left : findings.left_out) {
    list.push_back({{"what", left.label + ", another film of this study"}, {"why", left.why}});
  }
  for (const auto& card : findings.cards) {
    if (!card.has_score()) {
      list.push_back({{"what", card.label},
                      {"why", card.reason.empty() ? reading::sentence_of(card) : card.reason}});
    }
  }
  if (findings.cards.empty()) {
    list.push_back({{"what", "Every finding"},
                    {"why", images == 0 ? "The study has no image that can be shown."
                                        : "No model in service looks at this kind of film."}});
  } else {
    list.push_back({{"what", "Everything else"}, {"why", "No model at this site."}});
  }
  return list;
}

Result<reading::Findings> findings_with_similar(Context& context,
                                                const reading::StudyFacts& study) {
  OSLER_TRY(auto findings, reading::findings_of(context.home, study.number));
  OSLER_TRY_DO(reading::add_similar(context.home, context.scoring, findings));
  return findings;
}

bool marks_allowed(const Context& context, const std::optional<reading::FirstRead>& read) {
  return context.home.configuration().marks == workflow::MarksPolicy::OnRequest || read.has_value();
}

// Until the first read is entered nothing of what the AI says of the film leaves the server.
void hold_back(Json& card) {
  for (const char* key : {"map", "probability", "lower", "upper", "per_100"}) {
    card[key] = nullptr;
  }
  card["similar"] = Json::array();
  card["sentence"] = "Held until the first read is entered.";
}

Result<Json> cards_document(Context& context, const reading::Findings& findings, bool marks) {
  Json list = Json::array();
  for (std::size_t i = 0; i < findings.cards.size(); ++i) {
    list.push_back(finding_document(context, findings.cards[i], i));
    if (!marks) {
      hold_back(list.back());
    }
  }
  return list;
}

Result<Json> document_of(Context& context, const Request& request) {
  OSLER_TRY(const auto study, study_of(context, request));
  OSLER_TRY_DO(reading::note_opened(context.home, study, person(request)));
  OSLER_TRY(const auto findings, findings_with_similar(context, study));
  OSLER_TRY(const auto films, context.films.of_study(study.study_instance_uid));
  OSLER_TRY(const auto read, reading::first_read_of(context.home, study));
  OSLER_TRY(const auto priors, reading::priors_of(context.home, study));
  OSLER_TRY(const Json place, place_of(context, study));
  Json document = study_document(study, context.home.configuration(), now_ms(context.home.clock()));
  document.update(place);
  document["question"] = study.question;
  document["first_read"] = first_read_document(read);
  const bool marks = marks_allowed(context, read);
  document["marks_allowed"] = marks;
  document["status"] = reading::report_status(findings, study.acknowledged_ms != 0);
  document["report"] = "/fhir/DiagnosticReport/s" + std::to_string(study.number);
  document["images"] = Json::array();
  for (const auto& film : films.films) {
    document["images"].push_back(image_document(
        film, "/api/studies/" + study.study_instance_uid + "/images/" + film.sop_instance_uid));
  }
  document["images_total"] = films.total;
  document["priors"] = Json::array();
  for (const auto& prior : priors) {
    document["priors"].push_back({{"study", prior.study_instance_uid},
                                  {"title", prior.title},
                                  {"acquired", prior.acquired}});
  }
  OSLER_TRY(document["findings"], cards_document(context, findings, marks));
  document["not_assessed"] = not_assessed_document(findings, films.films.size());
  document["quality"] = quality_document(films.films, findings.cards);
  document["notices"] = notices_document(context);
  return document;
}

Result<Json> decide(Context& context, const Request& request) {
  OSLER_TRY(const auto study, study_of(context, request));
  OSLER_TRY(const auto id, reading::finding_id(request.parameter("finding").value_or("")));
  OSLER_TRY(const Json body, json_body(request));
  OSLER_TRY(const std::string word, text_member(body, "decision"));
  const auto answer = reading::answer_from(word);
  if (!answer) {
    return Error(ErrorCode::InvalidArgument, "\"decision\" is no answer")
        .hint(
            "agree, disagree or cannot_say; present or absent of an undecided finding; "
            "withdrawn to undo");
  }
  reading::NewDecision decision{.answer = *answer};
  OSLER_TRY(decision.reason, text_member(body, "reason"));
  OSLER_TRY(decision.note, text_member(body, "note"));
  OSLER_TRY(const std::string shown, text_member(body, "shown"));
  decision.shown = shown.empty() ? "off" : shown;
  OSLER_TRY(decision.seconds, number_member(body, "seconds"));
  OSLER_TRY_DO(reading::decide(context.home, study, id, decision, person(request)));
  OSLER_TRY(const auto findings, findings_with_similar(context, study));
  OSLER_TRY(const auto read, reading::first_read_of(context.home, study));
  OSLER_TRY(const Json cards, cards_document(context, findings, marks_allowed(context, read)));
  const auto card = std::ranges::find(findings.cards, id, &reading::Finding::id);
  if (card == findings.cards.end()) {
    return Error(ErrorCode::NotFound, "the study has no such finding");
  }
  return Json{{"finding", cards[static_cast<std::size_t>(card - findings.cards.begin())]},
              {"status", reading::report_status(findings, study.acknowledged_ms != 0)}};
}

Result<Json> decisions(Context& context, const Request& request) {
  OSLER_TRY(const auto study, study_of(context, request));
  OSLER_TRY(const auto id, reading::finding_id(request.parameter("finding").value_or("")));
  OSLER_TRY(const auto findings, reading::findings_of(context.home, study.number));
  if (std::ranges::find(findings.cards, id, &reading::Finding::id) == findings.cards.end()) {
    return Error(ErrorCode::NotFound, "the study has no such finding");
  }
  OSLER_TRY(const auto all, reading::decisions_of(context.home, id));
  Json list = Json::array();
  for (const auto& decision : all) {
    list.push_back(decision_document(decision));
  }
  return Json{{"decisions", std::move(list)}};
}

Result<Json> acknowledge(Context& context, const Request& request) {
  OSLER_TRY(const auto study, study_of(context, request));
  OSLER_TRY(const Json place, place_of(context, study));
  OSLER_TRY_DO(reading::acknowledge(context.home, study, person(request)));
  OSLER_TRY(const auto after, study_of(context, request));
  OSLER_TRY(const auto findings, reading::findings_of(context.home, study.number));
  return Json{{"acknowledged",
               {{"by", after.acknowledged_by}, {"at", time_or_null(after.acknowledged_ms)}}},
              {"status", reading::report_status(findings, true)},
              {"next", place["next"]}};
}

Result<Json> first_read(Context& context, const Request& request) {
  OSLER_TRY(const auto study, study_of(context, request));
  OSLER_TRY(const Json body, json_body(request));
  OSLER_TRY(const std::string text, text_member(body, "text"));
  OSLER_TRY_DO(reading::enter_first_read(context.home, study, text, person(request)));
  OSLER_TRY(const auto read, reading::first_read_of(context.home, study));
  return Json{{"first_read", first_read_document(read)}};
}

Result<void> shown(Context& context, const Request& request) {
  OSLER_TRY(const auto study, study_of(context, request));
  OSLER_TRY(const Json body, json_body(request));
  OSLER_TRY(const std::string marks, text_member(body, "marks"));
  OSLER_TRY(const std::string finding, text_member(body, "finding"));
  OSLER_TRY(const auto id, reading::finding_id(finding));
  return reading::note_marks(context.home, study, id, marks, person(request));
}

Result<void> problem(Context& context, const Request& request) {
  OSLER_TRY(const auto study, study_of(context, request));
  OSLER_TRY(const Json body, json_body(request));
  OSLER_TRY(const std::string text, text_member(body, "text"));
  OSLER_TRY(const std::string finding, text_member(body, "finding"));
  std::optional<std::int64_t> id;
  if (!finding.empty()) {
    OSLER_TRY(id, reading::finding_id(finding));
  }
  return reading::report_problem(context.home, study, id, text, person(request));
}

Response pixels(Context& context, const Request& request) {
  const auto text = request.query_value("frame");
  const auto frame = text ? parse_integer(*text) : std::optional<std::int64_t>(1);
  if (!frame || *frame < 1 || *frame > 1'000'000) {
    return http::problem(400, "InvalidArgument", "frame is not a number from 1");
  }
  return pixels_response(context.films.pixels(study_uid(request),
                                              request.parameter("sop").value_or(""),
                                              static_cast<std::size_t>(*frame) - 1));
}

Response thumbnail(Context& context, const Request& request) {
  const std::string sop = request.parameter("sop").value_or("");
  return picture_response(context.films.thumbnail(study_uid(request), sop),
                          crypto::sha256(sop).hex().substr(0, 24));
}

Response similar(Context& context, const Request& request) {
  const auto version = parse_integer(request.parameter("version").value_or(""));
  const auto index = parse_integer(request.parameter("index").value_or(""));
  const auto object = reading::similar_object(
      context.home, context.scoring,
      {.name = request.parameter("model").value_or(""), .version = version.value_or(0)},
      index.value_or(-1));
  if (!object) {
    return http::error_response(object.error());
  }
  return picture_response(context.films.thumbnail_of(*object), object->hex().substr(0, 24));
}

constexpr const char* kDecisionSchema =
    R"({"type":"object","required":["decision"],"properties":{"decision":{"enum":["agree","disagree","cannot_say","present","absent","withdrawn"]},"reason":{"type":"string"},"note":{"type":"string","maxLength":2000},"shown":{"enum":["off","outline","heat"]},"seconds":{"type":"number","minimum":0}}})";

void add_reading(http::Router& router, Context& context) {
  router.add({.pattern = "/api/studies/{study}",
              .id = "study",
              .summary = "One study: patient, images, findings, what was not assessed and why",
              .access = "study.read",
              .handler = [&context](const Request& r) { return reply(document_of(context, r)); }});
  router.add({.pattern = "/api/studies/{study}/findings/{finding}/decisions",
              .id = "decisions",
              .summary = "Every answer that was given to a finding, oldest first",
              .access = "study.read",
              .handler = [&context](const Request& r) { return reply(decisions(context, r)); }});
  router.add({.pattern = "/api/studies/{study}/images/{sop}/pixels",
              .id = "pixels",
              .summary = "One frame: 16-bit stored values, little endian; RGB as 8 bits a sample",
              .access = "study.read",
              .response_type = "application/octet-stream",
              .parameters = {{.name = "frame",
                              .description = "from 1",
                              .schema = R"({"type": "integer", "minimum": 1})"}},
              .handler = [&context](const Request& r) { return pixels(context, r); }});
  router.add({.pattern = "/api/studies/{study}/images/{sop}/thumbnail",
              .id = "thumbnail",
              .summary = "A small picture of an image as it was sent",
              .access = "study.read",
              .response_type = "image/png",
              .handler = [&context](const Request& r) { return thumbnail(context, r); }});
  router.add({.pattern = "/api/similar/{model}/{version}/{index}",
              .id = "similar",
              .summary = "A de-identified past film of a model's atlas",
              .access = "study.read",
              .response_type = "image/png",
              .handler = [&context](const Request& r) { return similar(context, r); }});
}

void add_answers(http::Router& router, Context& context) {
  const auto post = [&](std::string pattern, std::string id, std::string summary,
                        std::string schema, std::function<Response(const Request&)> handler) {
    router.add({.method = http::Method::Post,
                .pattern = std::move(pattern),
                .id = std::move(id),
                .summary = std::move(summary),
                .access = "study.answer",
                .request_schema = std::move(schema),
                .handler = std::move(handler)});
  };
  post("/api/studies/{study}/findings/{finding}/decision", "decide",
       "Agree, disagree or cannot say; the newest answer counts, none is erased", kDecisionSchema,
       [&context](const Request& r) { return reply(decide(context, r)); });
  post("/api/studies/{study}/acknowledge", "acknowledge", "The study has been read", "",
       [&context](const Request& r) { return reply(acknowledge(context, r)); });
  post("/api/studies/{study}/first-read", "first_read",
       "What the reader saw before any mark of the AI",
       R"({"type":"object","required":["text"],"properties":{"text":{"type":"string"}}})",
       [&context](const Request& r) { return reply(first_read(context, r)); });
  post(
      "/api/studies/{study}/shown", "shown", "That the AI's marks were shown",
      R"({"type":"object","required":["finding","marks"],"properties":{"finding":{"type":"string"},"marks":{"enum":["outline","heat"]}}})",
      [&context](const Request& r) { return reply_nothing(shown(context, r)); });
  post(
      "/api/studies/{study}/problem", "problem", "A problem with an AI result",
      R"({"type":"object","required":["text"],"properties":{"finding":{"type":"string"},"text":{"type":"string"}}})",
      [&context](const Request& r) { return reply_nothing(problem(context, r)); });
}

}  // namespace

void add_study(http::Router& router, Context& context) {
  add_reading(router, context);
  add_answers(router, context);
}

}  // namespace osler::serve::api::internal
