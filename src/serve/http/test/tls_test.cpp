#include <atomic>
#include <filesystem>
#include <memory>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "base/file.h"
#include "serve/http/server.h"
#include "serve/http/test/loopback.h"

namespace osler::serve::http {
namespace {

using std::chrono::milliseconds;
using test::get;
using test::route;
using test::Running;
using test::text;
using ::testing::HasSubstr;

template <auto Free>
struct Freed {
  template <typename T>
  void operator()(T* held) const {
    Free(held);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using Bio = std::unique_ptr<BIO, Freed<BIO_free_all>>;
using Context = std::unique_ptr<SSL_CTX, Freed<SSL_CTX_free>>;
using Session = std::unique_ptr<SSL, Freed<SSL_free>>;

std::string text_of(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

// A self-signed certificate of that name for a year, and its key, as certificate.pem and key.pem.
void make_certificate(const std::filesystem::path& folder, const std::string& name) {
  const Key key(EVP_EC_gen("P-256"));
  const Certificate certificate(X509_new());
  X509_set_version(certificate.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), 0);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 365L * 24 * 3600);
  X509_set_pubkey(certificate.get(), key.get());
  X509_NAME* subject = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509_set_issuer_name(certificate.get(), subject);
  X509_sign(certificate.get(), key.get(), EVP_sha256());
  const Bio out(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(out.get(), certificate.get());
  ASSERT_TRUE(write_file(folder / "certificate.pem", std::string_view(text_of(out.get()))));
  const Bio secret(BIO_new(BIO_s_mem()));
  PEM_write_bio_PrivateKey(secret.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  ASSERT_TRUE(write_file(folder / "key.pem", std::string_view(text_of(secret.get()))));
}

// A TLS client over a test::Client's socket.
class TlsClient {
 public:
  TlsClient(std::uint16_t port, int least, int most, const char* suites = nullptr) : tcp_(port) {
    context_.reset(SSL_CTX_new(TLS_client_method()));
    SSL_CTX_set_security_level(context_.get(), 0);
    SSL_CTX_set_min_proto_version(context_.get(), least);
    SSL_CTX_set_max_proto_version(context_.get(), most);
    if (suites != nullptr) {
      SSL_CTX_set_cipher_list(context_.get(), suites);
    }
    session_.reset(SSL_new(context_.get()));
    SSL_set_fd(session_.get(), tcp_.descriptor());
    connected_ = SSL_connect(session_.get()) == 1;
  }

  [[nodiscard]] bool connected() const { return connected_; }
  [[nodiscard]] std::string version() const { return SSL_get_version(session_.get()); }
  [[nodiscard]] std::string peer_name() const {
    const Certificate peer(SSL_get1_peer_certificate(session_.get()));
    std::array<char, 64> name{};
    X509_NAME_get_text_by_NID(X509_get_subject_name(peer.get()), NID_commonName, name.data(),
                              static_cast<int>(name.size()));
    return name.data();
  }
  // All that comes until `size` bytes of body have; the whole answer.
  std::string ask(std::string_view request, std::string_view until) {
    SSL_write(session_.get(), request.data(), static_cast<int>(request.size()));
    std::string all;
    std::array<char, 16384> block{};
    while (all.find(until) == std::string::npos) {
      const int got = SSL_read(session_.get(), block.data(), static_cast<int>(block.size()));
      if (got <= 0) {
        break;
      }
      all.append(block.data(), static_cast<std::size_t>(got));
    }
    return all;
  }
  // The server has said goodbye.
  bool ended() {
    char byte = 0;
    return SSL_read(session_.get(), &byte, 1) == 0 &&
           SSL_get_error(session_.get(), 0) == SSL_ERROR_ZERO_RETURN;
  }

 private:
  test::Client tcp_;
  Context context_;
  Session session_;
  bool connected_ = false;
};

class Tls : public ::testing::Test {
 protected:
  Tls() { make_certificate(folder_.path(), "first.example"); }

  ServerOptions options() const {
    return {.certificate = folder_.path() / "certificate.pem", .key = folder_.path() / "key.pem"};
  }
  static Router site() {
    Router router;
    router.add(route(Method::Get, "/secure",
                     [](const Request& request) { return text(request.secure ? "yes" : "no"); }));
    router.add(route(Method::Get, "/large",
                     [](const Request&) { return text(std::string(1'000'000, 'x') + "end"); }));
    router.add(route(Method::Post, "/echo", [](const Request& request) {
      return text(std::string(request.text()) + "!");
    }));
    return router;
  }

  TemporaryFolder folder_;
};

TEST_F(Tls, Speaks12And13) {
  Running running(options(), site());
  ASSERT_TRUE(running.server().secure());

  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsClient client(running.server().port(), version, version);
    ASSERT_TRUE(client.connected());
    EXPECT_EQ(client.version(), version == TLS1_2_VERSION ? "TLSv1.2" : "TLSv1.3");
    const std::string answer = client.ask(get("/secure"), "yes");
    EXPECT_THAT(answer, HasSubstr("200 OK"));
    EXPECT_THAT(answer, HasSubstr("Strict-Transport-Security: max-age="));
    EXPECT_EQ(client.ask(get("/large"), "end").substr(0, 15), "HTTP/1.1 200 OK");
    EXPECT_THAT(
        client.ask(test::post("/echo", std::string(40'000, 'y'), "Connection: close\r\n"), "!"),
        HasSubstr("yyy!"));
    EXPECT_TRUE(client.ended());
  }
}

TEST_F(Tls, RefusesOldVersionsAndWeakSuites) {
  Running running(options(), site());
  const std::uint16_t port = running.server().port();

  EXPECT_FALSE(TlsClient(port, TLS1_VERSION, TLS1_VERSION).connected());
  EXPECT_FALSE(TlsClient(port, TLS1_1_VERSION, TLS1_1_VERSION).connected());
  for (const char* suite : {"AES128-SHA", "ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES256-SHA384",
                            "ECDHE-ECDSA-NULL-SHA"}) {
    EXPECT_FALSE(TlsClient(port, TLS1_2_VERSION, TLS1_2_VERSION, suite).connected()) << suite;
  }
  EXPECT_TRUE(
      TlsClient(port, TLS1_2_VERSION, TLS1_2_VERSION, "ECDHE-ECDSA-AES128-GCM-SHA256").connected());
}

TEST_F(Tls, DropsWhoeverSpeaksPlainText) {
  Running running(options(), site());
  auto client = running.client();

  client.send(get("/secure"));

  // Of TLS comes an alert at most, and no answer.
  const auto answer = client.receive();
  EXPECT_EQ(answer.status, 0);
  EXPECT_THAT(running.server().metrics().render(),
              HasSubstr("osler_http_rejected_total{reason=\"tls\"} 1"));
}

TEST_F(Tls, CutsHandshakesThatDoNotEnd) {
  ServerOptions quick = options();
  quick.head_time = milliseconds(40);
  Running running(quick, site());
  auto client = running.client();

  client.send("\x16\x03\x01");

  EXPECT_TRUE(client.closed());
}

TEST_F(Tls, TakesANewCertificateWithoutDroppingAnyone) {
  Running running(options(), site());
  const std::uint16_t port = running.server().port();
  TlsClient before(port, TLS1_3_VERSION, TLS1_3_VERSION);
  EXPECT_EQ(before.peer_name(), "first.example");

  make_certificate(folder_.path(), "second.example");
  ASSERT_TRUE(running.server().reload());

  TlsClient after(port, TLS1_3_VERSION, TLS1_3_VERSION);
  EXPECT_EQ(after.peer_name(), "second.example");
  EXPECT_THAT(before.ask(get("/secure"), "yes"), HasSubstr("yes"));

  ASSERT_TRUE(write_file(folder_.path() / "certificate.pem", std::string_view("rubbish")));
  EXPECT_FALSE(running.server().reload());
  EXPECT_EQ(TlsClient(port, TLS1_3_VERSION, TLS1_3_VERSION).peer_name(), "second.example");
}

TEST_F(Tls, RefusesWhatIsNoCertificateOrAnothersKey) {
  const TemporaryFolder other;
  make_certificate(other.path(), "other.example");
  ServerOptions mixed = options();
  mixed.key = other.path() / "key.pem";
  const auto wrong_key = Server::create(mixed, site(), nullptr);
  ASSERT_FALSE(wrong_key);
  EXPECT_THAT(wrong_key.error().message, HasSubstr("is not the certificate's key"));

  ServerOptions swapped = options();
  std::swap(swapped.certificate, swapped.key);
  EXPECT_FALSE(Server::create(swapped, site(), nullptr));
  ServerOptions absent = options();
  absent.key = other.path() / "absent.pem";
  EXPECT_EQ(Server::create(absent, site(), nullptr).error().code, ErrorCode::NotFound);
}

TEST_F(Tls, MayBeReachedFromElsewhere) {
  ServerOptions open = options();
  open.bind = "0.0.0.0";
  EXPECT_TRUE(Server::create(open, site(), nullptr));
}

TEST_F(Tls, OnlyATlsServerHasSomethingToReload) {
  auto server = Server::create({}, site(), nullptr);
  ASSERT_TRUE(server);
  EXPECT_EQ(server->reload().error().code, ErrorCode::FailedPrecondition);
}

}  // namespace
}  // namespace osler::serve::http
