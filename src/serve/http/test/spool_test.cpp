#include <filesystem>
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/crypto.h"
#include "base/file.h"
#include "serve/http/server.h"
#include "serve/http/test/loopback.h"

namespace osler::serve::http {
namespace {

using test::get;
using test::post;
using test::route;
using test::Running;
using test::text;

std::size_t files_in(const std::filesystem::path& folder) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder), {}));
}

std::string digest_of_file(const std::filesystem::path& path) {
  return crypto::sha256(*read_file(path)).hex();
}

std::string some_bytes(std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; ++i) {
    bytes[i] = static_cast<char>((i * 2654435761U) >> 13U);
  }
  return bytes;
}

Router uploads(const std::filesystem::path& kept) {
  Router router;
  Route upload = route(Method::Post, "/up", [kept](const Request& request) {
    struct stat facts{};
    EXPECT_EQ(::stat(request.spooled().c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 0777U, 0600U);
    EXPECT_TRUE(request.body().empty());
    std::string digest = digest_of_file(request.spooled());
    if (request.query_value("keep")) {
      std::filesystem::rename(request.spooled(), kept);
    }
    return text(std::move(digest));
  });
  upload.spool = true;
  upload.max_body = std::uint64_t{64} << 20U;
  router.add(std::move(upload));
  return router;
}

TEST(Spool, HoldsTheBodyInAFileForAsLongAsTheRequestLives) {
  const TemporaryFolder folder;
  const TemporaryFolder kept;
  Running running({.spool = folder.path()}, uploads(kept.path() / "kept"));
  auto client = running.client();
  const std::string body = some_bytes(3'000'001);

  EXPECT_EQ(client.ask(post("/up", body)).body, crypto::sha256(body).hex());
  EXPECT_EQ(client.ask(post("/up", "")).body, crypto::sha256("").hex());
  EXPECT_EQ(client.ask(post("/up?keep", body)).body, crypto::sha256(body).hex());
  EXPECT_EQ(client
                .ask("POST /up HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
                     "5\r\nhello\r\n0\r\n\r\n")
                .body,
            crypto::sha256("hello").hex());
  running.stop();

  EXPECT_EQ(files_in(folder.path()), 0U);
  EXPECT_EQ(digest_of_file(kept.path() / "kept"), crypto::sha256(body).hex());
}

TEST(Spool, RemovesWhatAnUploadLeavesThatBreaksOff) {
  const TemporaryFolder folder;
  Running running({.spool = folder.path()}, uploads("/nowhere"));
  {
    auto client = running.client();
    client.send("POST /up HTTP/1.1\r\nHost: h\r\nContent-Length: 9000000\r\n\r\n" +
                some_bytes(1'000'000));
    while (files_in(folder.path()) == 0) {
      std::this_thread::yield();
    }
  }
  while (files_in(folder.path()) != 0) {
    std::this_thread::yield();
  }
  running.stop();
}

TEST(Spool, RemovesWhatAKilledServerLeft) {
  const TemporaryFolder folder;
  ASSERT_TRUE(write_file(folder.path() / "body-abc-1.part", std::string_view("x")));
  ASSERT_TRUE(write_file(folder.path() / "other", std::string_view("x")));

  ASSERT_TRUE(Server::create({.spool = folder.path()}, uploads("/nowhere"), nullptr));

  EXPECT_EQ(files_in(folder.path()), 1U);
  EXPECT_TRUE(std::filesystem::exists(folder.path() / "other"));
}

TEST(Spool, SaysThatThereIsNoRoom) {
  const TemporaryFolder folder;
  Router router;
  Route upload = route(Method::Post, "/up", [](const Request&) { return text("never"); });
  upload.spool = true;
  upload.max_body = std::uint64_t{1} << 62U;
  router.add(std::move(upload));
  Running running({.spool = folder.path()}, std::move(router));
  auto client = running.client();

  client.send("POST /up HTTP/1.1\r\nHost: h\r\nContent-Length: " +
              std::to_string(std::uint64_t{1} << 60U) + "\r\n\r\n" + some_bytes(600'000));

  EXPECT_EQ(client.receive().status, 507);
}

TEST(Spool, SendsAFileAsItIs) {
  const TemporaryFolder folder;
  const std::string bytes = some_bytes(2'000'003);
  ASSERT_TRUE(write_file(folder.path() / "film.dcm", std::string_view(bytes)));
  Router router;
  router.add(route(Method::Get, "/film", [&](const Request&) {
    return Response{.content_type = "application/dicom", .file = folder.path() / "film.dcm"};
  }));
  router.add(route(Method::Get, "/missing",
                   [&](const Request&) { return Response{.file = folder.path() / "missing"}; }));
  router.add(route(Method::Get, "/folder",
                   [&](const Request&) { return Response{.file = folder.path()}; }));
  Running running({}, std::move(router));
  auto client = running.client();

  EXPECT_EQ(client.ask(get("/film")).body, bytes);
  const auto head = client.ask("HEAD /film HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(head.header("Content-Length"), std::to_string(bytes.size()));
  EXPECT_EQ(client.ask(get("/missing")).status, 500);
  EXPECT_EQ(client.ask(get("/folder")).status, 500);
  EXPECT_EQ(client.ask(get("/film")).body.size(), bytes.size());
}

}  // namespace
}  // namespace osler::serve::http
