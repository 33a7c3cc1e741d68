#include "serve/http/multipart.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "serve/http/server.h"
#include "serve/http/test/loopback.h"

namespace osler::serve::http {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr std::string_view kType = "multipart/form-data; boundary=xyz";

std::string field(const std::string& disposition, const std::string& value) {
  return "--xyz\r\nContent-Disposition: form-data; " + disposition + "\r\n\r\n" + value + "\r\n";
}

std::string bytes_of(const std::string& body, const Part& part) {
  return body.substr(part.offset, part.size);
}

TEST(Multipart, SaysWhereItsPartsLie) {
  const std::string body = field("name=\"study\"", "1.2.3") +
                           "--xyz\r\ncontent-type: application/dicom\r\n"
                           "content-disposition: form-data; name=film; filename=\"a b.dcm\"\r\n\r\n"
                           "DICM\r\n--xy\r\n" +
                           field("name=\"empty\"; filename=\"\"", "") + "--xyz--\r\n";

  const auto parts = parse_multipart(body, kType);

  ASSERT_TRUE(parts) << parts.error().message;
  ASSERT_THAT(*parts, SizeIs(3));
  EXPECT_EQ((*parts)[0].name, "study");
  EXPECT_FALSE((*parts)[0].is_file);
  EXPECT_EQ(bytes_of(body, (*parts)[0]), "1.2.3");
  EXPECT_EQ((*parts)[1].name, "film");
  EXPECT_EQ((*parts)[1].filename, "a b.dcm");
  EXPECT_EQ((*parts)[1].content_type, "application/dicom");
  EXPECT_EQ(bytes_of(body, (*parts)[1]), "DICM\r\n--xy");
  EXPECT_TRUE((*parts)[2].is_file);
  EXPECT_EQ((*parts)[2].size, 0U);
}

// However the body is cut, the parts are the same.
TEST(Multipart, DoesNotCareHowItsBytesCome) {
  const std::string body = field("name=\"a\"", "\r\n--xy\r\n--xyw\r") +
                           field("name=\"b\"; filename=\"f\"", std::string(1000, '\r')) + "--xyz--";
  const auto whole = parse_multipart(body, kType);
  ASSERT_TRUE(whole) << whole.error().message;

  for (std::size_t step = 1; step < 40; ++step) {
    auto scanner = MultipartScanner::create(kType);
    for (std::size_t at = 0; at < body.size(); at += step) {
      ASSERT_TRUE(scanner->feed(std::string_view(body).substr(at, step)));
    }
    const auto parts = scanner->finish();
    ASSERT_TRUE(parts);
    ASSERT_THAT(*parts, SizeIs(2));
    for (std::size_t i = 0; i < 2; ++i) {
      EXPECT_EQ((*parts)[i].offset, (*whole)[i].offset) << step;
      EXPECT_EQ((*parts)[i].size, (*whole)[i].size) << step;
    }
  }
}

TEST(Multipart, MakesFileNamesHarmless) {
  const auto name_of = [](const std::string& sent) {
    const auto parts =
        parse_multipart(field("name=a; filename=\"" + sent + "\"", "x") + "--xyz--", kType);
    return parts ? (*parts)[0].filename : "refused";
  };
  EXPECT_EQ(name_of("../../etc/passwd"), "passwd");
  EXPECT_EQ(name_of("C:\\films\\a.dcm"), "a.dcm");
  EXPECT_EQ(name_of(".."), "");
  EXPECT_EQ(name_of("a\x01"
                    "b\x7F"),
            "ab");
  EXPECT_EQ(name_of("say \\\"aah\\\".dcm"), "say \"aah\".dcm");
  EXPECT_EQ(name_of("r\xC3\xB6ntgen.dcm"), "r\xC3\xB6ntgen.dcm");
  EXPECT_EQ(name_of("\xFF"), "refused");
  std::string long_name;
  while (long_name.size() < 300) {
    long_name += "\xC3\xB6";
  }
  EXPECT_EQ(name_of(long_name), long_name.substr(0, 254));
}

struct BadBody {
  const char* name;
  std::string body;
  const char* message;
};

class MultipartRefuses : public ::testing::TestWithParam<BadBody> {};

TEST_P(MultipartRefuses, SayingWhy) {
  const auto parts = parse_multipart(GetParam().body, kType, {.parts = 3, .head = 200, .lines = 3});

  ASSERT_FALSE(parts);
  EXPECT_EQ(parts.error().code, ErrorCode::InvalidArgument);
  EXPECT_THAT(parts.error().message, HasSubstr(GetParam().message));
}

std::string with_head(const std::string& lines) {
  return "--xyz\r\n" + lines + "\r\n\r\nx\r\n--xyz--";
}

INSTANTIATE_TEST_SUITE_P(
    Bodies, MultipartRefuses,
    ::testing::Values(
        BadBody{"Nothing", "", "ends before"}, BadBody{"Preamble", "hello\r\n--xyz--", "begin"},
        BadBody{"NoEnd", field("name=a", "x"), "ends before"},
        BadBody{"HalfAnEnd", field("name=a", "x") + "--xyz-", "ends before"},
        BadBody{"BoundaryGoesOn", "--xyza\r\n", "does not end its line"},
        BadBody{"NoDisposition", with_head("Content-Type: text/plain"), "without a name"},
        BadBody{"NoName", with_head("Content-Disposition: form-data; filename=a"),
                "without a name"},
        BadBody{"NoHead", "--xyz\r\n\r\nx\r\n--xyz--", "without a name"},
        BadBody{"NotFormData", with_head("Content-Disposition: attachment; name=a"),
                "not form data"},
        BadBody{"TwoDispositions",
                with_head("Content-Disposition: form-data; name=a\r\n"
                          "Content-Disposition: form-data; name=b"),
                "cannot be read"},
        BadBody{"TwoNames", with_head("Content-Disposition: form-data; name=a; name=b"), "twice"},
        BadBody{"TwoFileNames",
                with_head("Content-Disposition: form-data; name=a; filename=b; filename=c"),
                "twice"},
        BadBody{"OpenQuote", with_head("Content-Disposition: form-data; name=\"a"),
                "cannot be read"},
        BadBody{"NoColon", with_head("Content-Disposition form-data"), "cannot be read"},
        BadBody{"NulInHead", with_head(std::string("X: a\0b", 6)), "cannot be read"},
        BadBody{"Encoded",
                with_head("Content-Disposition: form-data; name=a\r\n"
                          "Content-Transfer-Encoding: base64"),
                "transfer encoding"},
        BadBody{"LongHead", with_head("X: " + std::string(300, 'a')), "too large"},
        BadBody{"EndlessHead", "--xyz\r\n" + std::string(300, 'a'), "too large"},
        BadBody{"ManyLines",
                with_head("A: 1\r\nB: 1\r\nC: 1\r\nContent-Disposition: form-data; name=a"),
                "cannot be read"},
        BadBody{"ManyParts",
                field("name=a", "") + field("name=a", "") + field("name=a", "") +
                    field("name=a", "") + "--xyz--",
                "more than 3 parts"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(Multipart, AsksForABoundary) {
  EXPECT_EQ(parse_multipart(std::string_view(), "application/json").error().code,
            ErrorCode::NotSupported);
  for (const std::string type :
       {"multipart/form-data", "multipart/form-data; boundary=",
        "multipart/form-data; boundary=\"\"", "multipart/form-data; boundary=a\r\nb",
        "multipart/form-data; boundary=\"a \"", "multipart/form-data; other=x"}) {
    EXPECT_EQ(parse_multipart(std::string_view(), type).error().code, ErrorCode::InvalidArgument)
        << type;
  }
  EXPECT_FALSE(
      parse_multipart(std::string_view(), "multipart/form-data; boundary=" + std::string(71, 'a')));
  EXPECT_TRUE(parse_multipart(std::string_view("--a b--"),
                              "Multipart/Form-Data; charset=utf-8; Boundary=\"a b\""));
}

TEST(Multipart, TakesAnUploadApartOnDisk) {
  const TemporaryFolder folder;
  const TemporaryFolder out;
  std::string film(5'000'000, '\0');
  for (std::size_t i = 0; i < film.size(); ++i) {
    film[i] = static_cast<char>((i * 2654435761U) >> 13U);
  }
  Router router;
  Route upload = test::route(Method::Post, "/up", [&](const Request& request) {
    const auto parts = parse_multipart_file(request.spooled(), request.header("Content-Type"));
    if (!parts || parts->size() != 2) {
      return parts ? test::text("parts") : error_response(parts.error());
    }
    const auto study = read_part(request.spooled(), (*parts)[0], 100);
    const auto copied = copy_part(request.spooled(), (*parts)[1], out.path() / "film");
    EXPECT_FALSE(read_part(request.spooled(), (*parts)[1], 100));
    EXPECT_EQ(copy_part(request.spooled(), (*parts)[1], out.path() / "film").error().code,
              ErrorCode::FailedPrecondition);
    return copied ? test::text(*study) : error_response(copied.error());
  });
  upload.spool = true;
  upload.max_body = std::uint64_t{1} << 30U;
  router.add(std::move(upload));
  test::Running running({.spool = folder.path()}, std::move(router));
  auto client = running.client();

  const auto answer = client.ask(test::post(
      "/up", field("name=study", "1.2.3") + field("name=film; filename=f", film) + "--xyz--",
      "Content-Type: " + std::string(kType) + "\r\n"));

  EXPECT_EQ(answer.body, "1.2.3");
  EXPECT_EQ(*read_text(out.path() / "film"), film);
}

}  // namespace
}  // namespace osler::serve::http
