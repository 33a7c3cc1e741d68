// osler's routes as browsers, scripts and neighbouring systems meet them: a real server on loopback
// over a home with phantom films, two models and a user of each role.

#include <algorithm>
#include <atomic>
#include <cstring>
#include <map>
#include <set>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "serve/api/application.h"
#include "serve/auth/users.h"
#include "serve/http/test/loopback.h"
#include "tests/support/served_home.h"

namespace osler::serve::api {
namespace {

namespace fs = std::filesystem;
using http::test::Answered;
using http::test::Client;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kPassword = "correct-horse-battery";

// One home and one server for all tests of this file: what each changes, it changes on a study of
// its own.
class Served {
 public:
  Served() {
    auto opened = workflow::Home::open(folder_.path() / "home", clock_);
    if (!opened) {
      ADD_FAILURE() << opened.error().message << opened.error().where;
      return;
    }
    home_ = std::make_unique<workflow::Home>(*std::move(opened));
    test::serve_model(*home_);
    test::serve_model(*home_,
                      {.name = "chest-other", .label = "Other", .says = test::Says::Undecided});
    films_ = test::phantom_films(folder_.path() / "films", 12);
    late_ = test::phantom_films(folder_.path() / "late", 2, 99);
    test::take_in_films(*home_, films_);
    // Cheap hashes: what they cost is the auth room's affair.
    Options options{.version = "test", .threads = 1};
    options.door.users.passwords.cost = {.memory_kib = 64, .passes = 1};
    application_ = std::make_unique<Application>(*Application::create(*home_, options));
    add_users(options);
    http::ServerOptions server;
    server.spool = folder_.path() / "home" / "spool";
    server.worker_threads = 4;
    server.registry = application_->metrics();
    running_ = std::make_unique<http::test::Running>(server, application_->router(),
                                                     application_->guard());
  }

  Client client() const { return running_->client(); }
  workflow::Home& home() { return *home_; }
  const std::vector<fs::path>& late() const { return late_; }
  http::Router router() const { return application_->router(); }

  // The role's session cookie and CSRF token, as header lines.
  const std::string& cookie(const std::string& role) {
    auto& lines = sessions_[role];
    if (lines.empty()) {
      auto client = running_->client();
      const auto answer = client.ask(http::test::post(
          "/api/login", dump_json({{"name", "a." + role}, {"password", kPassword}})));
      EXPECT_EQ(answer.status, 200) << answer.body;
      const auto document = parse_json(answer.body, "login");
      const std::string set = answer.header("Set-Cookie");
      lines = "Cookie: " + set.substr(0, set.find(';')) +
              "\r\nX-CSRF-Token: " + (document ? (*document)["csrf"].get<std::string>() : "") +
              "\r\n";
    }
    return lines;
  }

 private:
  void add_users(const Options& options) {
    auto users = auth::Users::open(home_->database(), home_->audit(), clock_, options.door.users);
    ASSERT_TRUE(users);
    for (const auto role : auth::kRoles) {
      const auto added =
          users->add("a." + std::string(auth::to_string(role)), role, kPassword, "test");
      ASSERT_TRUE(added) << added.error().message;
    }
    ASSERT_TRUE(users->add("b.governance", auth::Role::Governance, kPassword, "test"));
  }

  TemporaryFolder folder_;
  SystemClock clock_;
  std::unique_ptr<workflow::Home> home_;
  std::vector<fs::path> films_;
  std::vector<fs::path> late_;
  std::unique_ptr<Application> application_;
  std::unique_ptr<http::test::Running> running_;
  std::map<std::string, std::string> sessions_;
};

class Api : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { served_ = new Served(); }
  static void TearDownTestSuite() {
    delete served_;
    served_ = nullptr;
  }

  Answered get(const std::string& path, const std::string& role = "physician",
               const std::string& more = "") {
    auto client = served_->client();
    return client.ask(http::test::get(path, lines(role) + more));
  }
  Answered post(const std::string& path, const std::string& body,
                const std::string& role = "physician") {
    auto client = served_->client();
    return client.ask(http::test::post(path, body, lines(role)));
  }
  static std::string lines(const std::string& role) {
    return role.empty() ? "" : served_->cookie(role);
  }
  static Json parsed(const Answered& answer) {
    auto document = parse_json(answer.body, "answer");
    EXPECT_TRUE(document) << answer.status << " " << answer.body.substr(0, 400);
    return document ? *document : Json();
  }
  // The studies once every film was scored.
  Json scored_rows() {
    for (int i = 0; i < 600; ++i) {
      const Json list = parsed(get("/api/worklist?view=all&limit=500"));
      if (list["counts"]["ai"]["queued"] == 0 && list["counts"]["ai"]["done"] > 0) {
        return list["rows"];
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    ADD_FAILURE() << "the films were not scored";
    return Json::array();
  }
  // A scored study that no test has used yet.
  Json fresh_study() {
    for (const auto& row : scored_rows()) {
      const std::string uid = row["study"];
      if (row["ai"] == "done" && row["acknowledged"].is_null() && used_.insert(uid).second) {
        return parsed(get("/api/studies/" + uid));
      }
    }
    ADD_FAILURE() << "no study is left";
    return {};
  }
  static Json card(const Json& study, const std::string& label) {
    for (const auto& finding : study["findings"]) {
      if (finding["label"] == label) {
        return finding;
      }
    }
    ADD_FAILURE() << "no card " << label;
    return {};
  }
  static std::string finding_path(const Json& study, const Json& finding) {
    return "/api/studies/" + study["study"].get<std::string>() + "/findings/" +
           finding["id"].get<std::string>();
  }

  static Served* served_;
  static std::set<std::string> used_;
};

Served* Api::served_ = nullptr;
std::set<std::string> Api::used_;

TEST_F(Api, ServesNobodyWithoutALogin) {
  EXPECT_EQ(get("/api/worklist", "").status, 401);
  const auto answer = get("/api/worklist", "");
  EXPECT_EQ(parsed(answer)["error"]["code"], "Unauthenticated");
  EXPECT_THAT(answer.body, Not(HasSubstr("patient")));
  const Json session = parsed(get("/api/session", ""));
  EXPECT_TRUE(session["user"].is_null());
  EXPECT_TRUE(session["has_users"].get<bool>());
}

TEST_F(Api, SaysWhoIsLoggedInAndWhatTheyMay) {
  const Json session = parsed(get("/api/session", "reader"));
  EXPECT_EQ(session["user"]["role"], "reader");
  EXPECT_EQ(session["permissions"], Json({"label.see", "label.answer"}));
}

// Each route of the application, asked by nobody and by each role. What a role may is said by the
// auth room's table; here it is seen that every route keeps to it.
TEST_F(Api, KeepsEveryRouteToItsRoles) {
  const auto router = served_->router();
  for (const auto& route : router.routes()) {
    if (route.id == "logout" || route.id == "web") {
      continue;
    }
    std::string path = route.pattern;
    for (std::size_t at = path.find('{'); at != std::string::npos; at = path.find('{')) {
      path.replace(at, path.find('}') - at + 1, "1");
    }
    const auto ask = [&](const std::string& who) {
      auto client = served_->client();
      const std::string start = std::string(http::to_string(route.method)) + " " + path +
                                " HTTP/1.1\r\nHost: 127.0.0.1\r\n" + lines(who) +
                                "Content-Length: 0\r\n\r\n";
      return client.ask(start).status;
    };
    const bool open = route.access == auth::kPublic || route.access.empty();
    const int nobody = ask("");
    EXPECT_EQ(nobody == 401, !open && route.id != "login") << route.id << " " << nobody;
    for (const auto role : auth::kRoles) {
      const int status = ask(std::string(auth::to_string(role)));
      EXPECT_NE(status, 0) << route.id;
      if (!open) {
        EXPECT_EQ(status == 403, !auth::allows(role, route.access))
            << route.id << " for " << auth::to_string(role) << ": " << status;
      }
      EXPECT_NE(status, 500) << route.id << " for " << auth::to_string(role);
    }
  }
}

TEST_F(Api, RefusesAChangeWithoutTheSessionsToken) {
  const Json study = fresh_study();
  const std::string path = "/api/studies/" + study["study"].get<std::string>() + "/acknowledge";
  const std::string all = lines("physician");
  const std::string cookie_only = all.substr(0, all.find("X-CSRF-Token"));
  auto client = served_->client();
  EXPECT_EQ(client.ask(http::test::post(path, "{}", cookie_only)).status, 403);
  EXPECT_EQ(served_->client()
                .ask(http::test::post(path, "{}", cookie_only + "X-CSRF-Token: x\r\n"))
                .status,
            403);
  EXPECT_TRUE(
      parsed(get("/api/studies/" + study["study"].get<std::string>()))["acknowledged"].is_null());
}

TEST_F(Api, ShowsAStudyWithItsPatientFilmsAndFindings) {
  const Json study = fresh_study();
  EXPECT_FALSE(study["patient"]["name"].get<std::string>().empty());
  EXPECT_EQ(study["status"], "preliminary");
  ASSERT_FALSE(study["images"].empty());
  const Json opacity = card(study, "Opacity");
  EXPECT_EQ(opacity["state"], "above");
  EXPECT_EQ(opacity["model"]["digest"].get<std::string>().size(), 64U);
  EXPECT_EQ(opacity["answers"], Json({"agree", "disagree", "cannot_say"}));
  EXPECT_EQ(card(study, "Other")["state"], "undecided");
  EXPECT_EQ(card(study, "Other")["answers"], Json({"present", "absent", "cannot_say"}));
  EXPECT_FALSE(study["not_assessed"].empty());
  const auto pixels = get(study["images"][0]["pixels"]);
  EXPECT_EQ(pixels.status, 200);
  EXPECT_EQ(pixels.body.size(), study["images"][0]["rows"].get<std::size_t>() *
                                    study["images"][0]["columns"].get<std::size_t>() * 2);
  const auto again = get(study["images"][0]["pixels"], "physician",
                         "If-None-Match: " + pixels.header("ETag") + "\r\n");
  EXPECT_EQ(again.status, 304);
}

TEST_F(Api, TakesAnAnswerAndTheReportFollows) {
  const Json study = fresh_study();
  const Json opacity = card(study, "Opacity");
  const std::string report = study["report"];
  EXPECT_EQ(parsed(get(report))["status"], "preliminary");

  auto answer = post(finding_path(study, opacity) + "/decision", R"({"decision": "agree"})");
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(parsed(answer)["status"], "final");
  EXPECT_EQ(parsed(get(report))["status"], "final");

  answer = post(finding_path(study, opacity) + "/decision",
                R"({"decision": "disagree", "reason": "artefact", "note": "a button",
                    "shown": "outline", "seconds": 8.5})");
  ASSERT_EQ(answer.status, 200) << answer.body;
  const Json amended = parsed(get(report));
  EXPECT_EQ(amended["status"], "amended");
  EXPECT_THAT(dump_json(amended), HasSubstr("a.physician"));
  const Json observation = parsed(get("/fhir/Observation/" + opacity["id"].get<std::string>()));
  EXPECT_EQ(observation["status"], "amended");
  EXPECT_EQ(observation["meta"]["security"][0]["code"], "AIAST");

  const Json all = parsed(get(finding_path(study, opacity) + "/decisions"));
  ASSERT_EQ(all["decisions"].size(), 2U);
  EXPECT_EQ(all["decisions"][1]["model_digest"], opacity["model"]["digest"]);
  EXPECT_EQ(all["decisions"][1]["seconds"], 8.5);
}

TEST_F(Api, RefusesAnswersWithWords) {
  const Json study = fresh_study();
  const std::string path = finding_path(study, card(study, "Opacity")) + "/decision";
  EXPECT_EQ(post(path, R"({"decision": "maybe"})").status, 400);
  EXPECT_EQ(post(path, R"({"decision": 7})").status, 400);
  EXPECT_EQ(post(path, R"({"decision": "agree", "decision": "disagree"})").status, 400);
  EXPECT_EQ(post(path, "not json").status, 400);
  EXPECT_EQ(post(path, std::string(100, '[')).status, 400);
  EXPECT_EQ(post(path, std::string(70'000, ' ')).status, 413);
  EXPECT_EQ(post("/api/studies/1.2.3/findings/f1/decision", R"({"decision": "agree"})").status,
            404);
  // A finding of another study is not reachable through this one.
  const Json other = fresh_study();
  EXPECT_EQ(post("/api/studies/" + other["study"].get<std::string>() + "/findings/" +
                     card(study, "Opacity")["id"].get<std::string>() + "/decision",
                 R"({"decision": "agree"})")
                .status,
            404);
  EXPECT_EQ(
      parsed(get(finding_path(study, card(study, "Opacity")) + "/decisions"))["decisions"].size(),
      0U);
}

TEST_F(Api, AcknowledgesAndGivesTheNext) {
  const Json study = fresh_study();
  const auto answer =
      post("/api/studies/" + study["study"].get<std::string>() + "/acknowledge", "{}");
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(parsed(answer)["acknowledged"]["by"], "a.physician");
  EXPECT_EQ(parsed(get(study["report"]))["status"], "final");
}

TEST_F(Api, AnswersTheSameListWith304) {
  scored_rows();
  const auto first = get("/api/worklist");
  ASSERT_EQ(first.status, 200);
  const auto second =
      get("/api/worklist", "physician", "If-None-Match: " + first.header("ETag") + "\r\n");
  // The list changes by itself when the minute does.
  EXPECT_TRUE(second.status == 304 || second.header("ETag") != first.header("ETag"));
  EXPECT_EQ(get("/api/worklist?urgency=nonsense").status, 400);
  EXPECT_EQ(get("/api/worklist?limit=100000").status, 400);
  EXPECT_EQ(get("/api/worklist?what=1").status, 400);
}

std::string form(const std::vector<fs::path>& files) {
  std::string body;
  for (const auto& file : files) {
    const auto bytes = read_file(file);
    body += "--XX\r\nContent-Disposition: form-data; name=\"films\"; filename=\"" +
            file.filename().string() + "\"\r\n\r\n" +
            std::string(reinterpret_cast<const char*>(bytes->data()), bytes->size()) + "\r\n";
  }
  return body + "--XX--\r\n";
}

TEST_F(Api, TakesFilmsInAndTellsWhatBecameOfEach) {
  auto client = served_->client();
  const std::string body = form(served_->late());
  const auto send = [&] {
    return served_->client().ask(
        "POST /api/studies HTTP/1.1\r\nHost: 127.0.0.1\r\n" + lines("physician") +
        "Content-Type: multipart/form-data; boundary=XX\r\nContent-Length: " +
        std::to_string(body.size()) + "\r\n\r\n" + body);
  };
  const auto answer = send();
  ASSERT_EQ(answer.status, 200) << answer.body;
  const Json receipt = parsed(answer)["receipt"];
  EXPECT_EQ(receipt["received"], served_->late().size());
  for (const auto& item : receipt["items"]) {
    EXPECT_THAT(item["path"].get<std::string>(), Not(HasSubstr("/")));
    if (item["outcome"] == "stored") {
      EXPECT_EQ(get("/api/studies/" + item["study"].get<std::string>()).status, 200);
    }
  }
  EXPECT_EQ(parsed(send())["receipt"]["stored"], 0);
  EXPECT_EQ(get("/api/receipts/" + receipt["id"].get<std::string>()).status, 200);
  EXPECT_EQ(get("/api/receipts/00000000").status, 404);
}

TEST_F(Api, RefusesADeliveryThatIsNone) {
  const auto send = [&](const std::string& type, const std::string& body) {
    return served_->client()
        .ask("POST /api/studies HTTP/1.1\r\nHost: 127.0.0.1\r\n" + lines("physician") +
             "Content-Type: " + type + "\r\nContent-Length: " + std::to_string(body.size()) +
             "\r\n\r\n" + body)
        .status;
  };
  EXPECT_EQ(send("text/plain", "x"), 415);
  EXPECT_EQ(send("multipart/form-data; boundary=XX", "--XX--\r\n"), 400);
  EXPECT_EQ(send("multipart/form-data; boundary=XX", "--XX\r\nContent-Disposition: form-d"), 400);
}

TEST_F(Api, PublishesResultsAsFhir) {
  scored_rows();
  const auto statement = get("/fhir/metadata", "");
  EXPECT_EQ(statement.status, 200);
  EXPECT_THAT(statement.header("Content-Type"), HasSubstr("application/fhir+json"));
  EXPECT_EQ(parsed(statement)["resourceType"], "CapabilityStatement");

  const Json page = parsed(get("/fhir/DiagnosticReport?_count=2"));
  EXPECT_EQ(page["resourceType"], "Bundle");
  EXPECT_EQ(page["entry"].size(), 2U);
  EXPECT_GT(page["total"], 2);
  const Json report = page["entry"][0]["resource"];
  const std::string subject = report["subject"]["reference"];
  const Json patient = parsed(get("/fhir/" + subject));
  EXPECT_EQ(patient["resourceType"], "Patient");
  const Json of_patient = parsed(get("/fhir/Observation?patient=" + subject));
  EXPECT_GE(of_patient["total"], 1);
  for (const auto& entry : of_patient["entry"]) {
    EXPECT_EQ(entry["resource"]["subject"]["reference"], subject);
  }
  const Json devices = parsed(get("/fhir/Device"));
  EXPECT_EQ(devices["total"], 2);
  EXPECT_EQ(parsed(get("/fhir/Provenance?_count=1"))["entry"].size(), 1U);
  EXPECT_EQ(parsed(get("/fhir/ImagingStudy?_summary=count"))["resourceType"], "Bundle");
}

// Every page of a search once, by its links: together they hold each report once.
TEST_F(Api, PagesThroughASearch) {
  scored_rows();
  std::set<std::string> ids;
  std::string path = "/fhir/Observation?_count=3";
  std::size_t pages = 0;
  std::size_t entries = 0;
  while (!path.empty() && pages < 50) {
    const Json page = parsed(get(path));
    ++pages;
    for (const auto& entry : page["entry"]) {
      ids.insert(entry["resource"]["id"]);
      ++entries;
    }
    path.clear();
    for (const auto& link : page["link"]) {
      if (link["relation"] == "next") {
        const std::string url = link["url"];
        path = url.substr(url.find("/fhir/"));
      }
    }
  }
  EXPECT_EQ(ids.size(), entries);
  EXPECT_EQ(parsed(get("/fhir/Observation?_summary=count"))["total"], ids.size());
}

TEST_F(Api, AnswersFhirErrorsWithAnOutcome) {
  for (const auto& [path, role, status] : std::vector<std::tuple<std::string, std::string, int>>{
           {"/fhir/Patient/p999999", "physician", 404},
           {"/fhir/Medication", "physician", 404},
           {"/fhir/Patient?nme=x", "physician", 400},
           {"/fhir/Patient/p1", "", 401},
           {"/fhir/Patient/p1", "reader", 403},
           {"/fhir/Patient/p1/_history", "physician", 404}}) {
    const auto answer = get(path, role);
    EXPECT_EQ(answer.status, status) << path;
    EXPECT_EQ(parsed(answer)["resourceType"], "OperationOutcome") << path << answer.body;
  }
  EXPECT_EQ(post("/fhir/Patient", "{}").status, 405);
}

std::string infer_body(std::size_t images) {
  Json data = Json::array();
  for (std::size_t i = 0; i < images * 144; ++i) {
    data.push_back(static_cast<double>(i % 7) / 7.0);
  }
  return dump_json({{"inputs",
                     {{{"name", "image"},
                       {"shape", {images, 1, 12, 12}},
                       {"datatype", "FP32"},
                       {"data", data}}}}});
}

TEST_F(Api, InfersByTheOpenProtocol) {
  EXPECT_EQ(get("/v2/health/live", "").status, 200);
  EXPECT_EQ(get("/v2/models/chest-opacity/ready").status, 200);
  EXPECT_EQ(get("/v2/models/chest-opacity/versions/1/ready").status, 200);
  EXPECT_EQ(get("/v2/models/chest-opacity/versions/9/ready").status, 404);
  EXPECT_EQ(get("/v2/models/none").status, 404);
  const Json model = parsed(get("/v2/models/chest-opacity"));
  EXPECT_EQ(model["inputs"][0]["shape"], Json({-1, 1, 12, 12}));
  const Json answer = parsed(post("/v2/models/chest-opacity/infer", infer_body(2)));
  ASSERT_EQ(answer["outputs"].size(), 2U) << answer;
  EXPECT_EQ(answer["outputs"][0]["name"], "probability");
  EXPECT_EQ(answer["outputs"][0]["shape"], Json({2, 1}));
  EXPECT_EQ(post("/v2/models/chest-opacity/infer", infer_body(0)).status, 400);
  EXPECT_EQ(post("/v2/models/chest-opacity/infer", R"({"inputs": []})").status, 400);
  EXPECT_EQ(post("/v2/models/chest-opacity/infer", infer_body(1), "reader").status, 403);
}

TEST_F(Api, GivesTheSameBytesAloneAndUnderLoad) {
  const std::string alone = post("/v2/models/chest-opacity/infer", infer_body(1)).body;
  std::vector<std::thread> clients;
  std::atomic<int> different{0};
  for (int t = 0; t < 6; ++t) {
    clients.emplace_back([&] {
      for (int i = 0; i < 20; ++i) {
        if (post("/v2/models/chest-opacity/infer", infer_body(1)).body != alone) {
          ++different;
        }
      }
    });
  }
  for (auto& client : clients) {
    client.join();
  }
  EXPECT_EQ(different, 0);
}

TEST_F(Api, ScoresAFilmWithoutKeepingIt) {
  const auto bytes = read_file(served_->late().front());
  const std::string body(reinterpret_cast<const char*>(bytes->data()), bytes->size());
  const auto answer = post("/api/predict?model=chest-opacity", body);
  ASSERT_EQ(answer.status, 200) << answer.body;
  const Json result = parsed(answer)["results"][0];
  EXPECT_EQ(result["model"]["name"], "chest-opacity");
  EXPECT_TRUE(result["outcome"] == "scored" || result["outcome"] == "no_result");
  const Json nothing = parsed(post("/api/predict", "not a film"));
  EXPECT_EQ(nothing["results"][0]["outcome"], "failed");
}

TEST_F(Api, DescribesEveryRoute) {
  const Json document = parsed(get("/openapi.json", ""));
  EXPECT_EQ(document["openapi"], "3.1.0");
  const auto router = served_->router();
  for (const auto& route : router.routes()) {
    if (route.id == "web") {
      continue;
    }
    ASSERT_TRUE(document["paths"].contains(route.pattern) ||
                route.pattern.find("...") != std::string::npos)
        << route.pattern;
    EXPECT_FALSE(route.summary.empty()) << route.id;
    EXPECT_FALSE(route.access.empty()) << route.id;
  }
}

TEST_F(Api, SaysWhatIsReady) {
  scored_rows();  // by then the models have been opened
  const Json ready = parsed(get("/readyz", ""));
  EXPECT_TRUE(ready["ready"].get<bool>()) << ready;
  EXPECT_THAT(get("/metrics", "").body, HasSubstr("osler_http_requests_total"));
  EXPECT_THAT(get("/metrics", "").body, HasSubstr("process_resident_memory_bytes"));
}

TEST_F(Api, LeavesARecordOfWhatTouchedAPatient) {
  const Json study = fresh_study();
  const auto records = served_->home().audit().records(0, 1'000'000);
  ASSERT_TRUE(records);
  const auto found = std::find_if(records->rbegin(), records->rend(), [](const auto& record) {
    return record.event.action == "study.open";
  });
  ASSERT_NE(found, records->rend());
  const auto& last = *found;
  EXPECT_EQ(last.event.actor, "a.physician");
  EXPECT_EQ(last.event.facts.at("from"), "127.0.0.1");
  // Who, what, when, from where; and no name, number or UID of the patient.
  const std::string all = last.event.facts.at("study") + last.event.actor;
  EXPECT_THAT(all, Not(HasSubstr(study["study"].get<std::string>())));
  EXPECT_TRUE(served_->home().audit().verify());
}

}  // namespace
}  // namespace osler::serve::api
