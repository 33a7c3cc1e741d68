#include "serve/http/openapi.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace osler::serve::http {
namespace {

using ::testing::HasSubstr;

Response nothing(const Request& /*request*/) {
  return no_content();
}

Router site() {
  Router router;
  router.add({.pattern = "/livez",
              .id = "livez",
              .summary = "Whether it lives.",
              .inline_ = true,
              .response_type = "text/plain",
              .handler = nothing});
  router.add({.pattern = "/api/studies/{study}/files/{rest...}",
              .id = "study_file",
              .summary = "A file of a study.",
              .access = "study.read",
              .response_schema = R"({"$ref": "#/components/schemas/Study"})",
              .parameters = {{.name = "study", .description = "its UID"},
                             {.name = "limit",
                              .description = "at most so many",
                              .schema = R"({"type": "integer"})"}},
              .handler = nothing});
  router.add({.method = Method::Post,
              .pattern = "/api/studies",
              .id = "add_study",
              .summary = "Adds a study.",
              .access = "study.write",
              .max_body = 1'000'000,
              .request_type = "multipart/form-data",
              .request_schema = R"({"type": "object"})",
              .handler = nothing});
  router.add({.pattern = "/{path...}", .id = "web", .summary = "Files.", .handler = nothing});
  return router;
}

TEST(OpenApi, DescribesEveryRoute) {
  const auto made = openapi(
      site(),
      {.version = "1.2.3", .schemas = {{"Study", R"({"type": "object"})"}}, .left_out = {"web"}});

  ASSERT_TRUE(made) << made.error().message;
  const Json& document = *made;
  EXPECT_EQ(document.at("openapi"), "3.1.0");
  EXPECT_EQ(document.at("info").at("version"), "1.2.3");
  EXPECT_EQ(document.at("paths").size(), 3U);
  EXPECT_EQ(document.at("components").at("schemas").at("Study").at("type"), "object");

  const Json& live = document.at("paths").at("/livez").at("get");
  EXPECT_EQ(live.at("operationId"), "livez");
  EXPECT_TRUE(live.at("security").empty());
  EXPECT_FALSE(live.at("responses").contains("401"));
  EXPECT_TRUE(live.at("responses").at("2XX").at("content").contains("text/plain"));
  EXPECT_FALSE(live.contains("requestBody"));

  const Json& file = document.at("paths").at("/api/studies/{study}/files/{rest}").at("get");
  EXPECT_EQ(file.at("x-permission"), "study.read");
  EXPECT_EQ(file.at("security").size(), 2U);
  EXPECT_EQ(file.at("parameters").size(), 3U);
  EXPECT_EQ(file.at("parameters")[0].at("description"), "its UID");
  EXPECT_EQ(file.at("parameters")[0].at("in"), "path");
  EXPECT_EQ(file.at("parameters")[2].at("in"), "query");
  EXPECT_EQ(file.at("parameters")[2].at("schema").at("type"), "integer");
  for (const char* status : {"400", "401", "403", "404", "429", "500", "503"}) {
    EXPECT_EQ(file.at("responses")
                  .at(status)
                  .at("content")
                  .at("application/json")
                  .at("schema")
                  .at("$ref"),
              "#/components/schemas/Error");
  }

  const Json& add = document.at("paths").at("/api/studies").at("post");
  EXPECT_EQ(add.at("requestBody").at("content").at("multipart/form-data").at("schema").at("type"),
            "object");
  EXPECT_THAT(add.at("responses").at("413").at("description").get<std::string>(),
              HasSubstr("1.0 MB"));
}

TEST(OpenApi, SaysWhichRouteHasABadSchema) {
  Router router = site();
  router.add(
      {.pattern = "/bad", .id = "bad_one", .response_schema = "{\"type\": ", .handler = nothing});

  const auto made = openapi(router, {});

  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, ErrorCode::InvalidArgument);
  EXPECT_THAT(made.error().message, HasSubstr("bad_one"));
}

}  // namespace
}  // namespace osler::serve::http
