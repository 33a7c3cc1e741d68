#include "base/certificate.h"

#include <chrono>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "base/process.h"

namespace osler::crypto {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class CertificateTest : public ::testing::Test {
 protected:
  std::filesystem::path path(const std::string& name) const { return folder_.path() / name; }
  // Makes NAME.pem and NAME.key with Debian's openssl.
  void make(const std::string& name, const std::vector<std::string>& key) {
    ChildProcess::Options options;
    options.program = "/usr/bin/openssl";
    options.arguments = {"req",
                         "-x509",
                         "-nodes",
                         "-keyout",
                         path(name + ".key").string(),
                         "-out",
                         path(name + ".pem").string(),
                         "-days",
                         "40",
                         "-subj",
                         "/CN=osler.test",
                         "-addext",
                         "subjectAltName=DNS:osler.test,IP:10.1.2.3,IP:::1"};
    options.arguments.insert(options.arguments.end(), key.begin(), key.end());
    options.error_log = "/dev/null";
    auto child = ChildProcess::start(options);
    ASSERT_TRUE(child);
    ASSERT_EQ(child->wait(), 0);
  }
  const std::vector<std::string> curve_{"-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"};
  TemporaryFolder folder_;
};

TEST_F(CertificateTest, SaysWhatItIsFor) {
  make("a", curve_);
  const auto found = read_certificate(path("a.pem"));
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_THAT(found->names, ElementsAre("osler.test", "10.1.2.3", "::1"));
  EXPECT_EQ(found->key, "EC 256 bits");
  EXPECT_TRUE(found->key_is_strong);
  EXPECT_TRUE(found->self_signed);
  EXPECT_EQ(found->issuers, 0U);
  EXPECT_EQ(found->not_after - found->not_before, std::chrono::days(40));
}

TEST_F(CertificateTest, CountsIssuersAndKnowsAWeakKey) {
  make("a", curve_);
  make("b", {"-newkey", "rsa:1024"});
  ASSERT_TRUE(write_file(path("chain.pem"), *read_text(path("b.pem")) + *read_text(path("a.pem"))));
  const auto found = read_certificate(path("chain.pem"));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->issuers, 1U);
  EXPECT_EQ(found->key, "RSA 1024 bits");
  EXPECT_FALSE(found->key_is_strong);
}

TEST_F(CertificateTest, KnowsItsKey) {
  make("a", curve_);
  make("b", curve_);
  EXPECT_TRUE(*key_fits(path("a.pem"), path("a.key")));
  EXPECT_FALSE(*key_fits(path("a.pem"), path("b.key")));
  EXPECT_EQ(key_fits(path("a.pem"), path("a.pem")).error().code, ErrorCode::DataCorrupt);
  EXPECT_EQ(key_fits(path("a.key"), path("a.key")).error().code, ErrorCode::DataCorrupt);
}

TEST_F(CertificateTest, RefusesWhatIsNone) {
  EXPECT_EQ(read_certificate(path("absent")).error().code, ErrorCode::NotFound);
  ASSERT_TRUE(write_file(path("noise.pem"), "-----BEGIN CERTIFICATE-----\nAAAA\n"));
  const auto found = read_certificate(path("noise.pem"));
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, ErrorCode::DataCorrupt);
  EXPECT_THAT(found.error().message, HasSubstr("no certificate"));
}

TEST(OpenSsl, SaysItsVersion) {
  EXPECT_THAT(openssl_version(), ::testing::MatchesRegex("3\\.[0-9]+\\.[0-9]+.*"));
}

}  // namespace
}  // namespace osler::crypto
