#include "serve/http/internal/tls.h"

#include <array>
#include <ctime>
#include <string>
#include <string_view>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "base/file.h"

namespace osler::serve::http {
namespace {

constexpr std::uint64_t kMostPem = std::uint64_t{1} << 20U;

// RFC 9325 section 4.2, and ChaCha20 for clients without AES in hardware.
constexpr const char* kSuites12 =
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:"
    "ECDHE-RSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256";
constexpr const char* kSuites13 =
    "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256";

// Only HTTP/1.1 is spoken; a client that offers nothing we know goes on without the extension.
int choose_protocol(SSL* /*ssl*/, const unsigned char** out, unsigned char* out_size,
                    const unsigned char* offered, unsigned int offered_size, void* /*unused*/) {
  constexpr std::string_view kOurs = "http/1.1";
  for (unsigned int i = 0; i < offered_size; i += 1U + offered[i]) {
    if (offered[i] == kOurs.size() && i + 1U + kOurs.size() <= offered_size &&
        kOurs == std::string_view(reinterpret_cast<const char*>(offered + i + 1), kOurs.size())) {
      *out = offered + i + 1;
      *out_size = offered[i];
      return SSL_TLSEXT_ERR_OK;
    }
  }
  return SSL_TLSEXT_ERR_NOACK;
}

bool harden(SSL_CTX* context) {
  SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
                                   SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_NO_TICKET);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
  return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
         SSL_CTX_set_cipher_list(context, kSuites12) == 1 &&
         SSL_CTX_set_ciphersuites(context, kSuites13) == 1 &&
         SSL_CTX_set_num_tickets(context, 0) == 1 &&
         SSL_CTX_set1_groups_list(context, "X25519:P-256:P-384") == 1;
}

std::chrono::system_clock::time_point expiry(SSL_CTX* context) {
  std::tm parts{};
  const X509* certificate = SSL_CTX_get0_certificate(context);
  if (certificate == nullptr || ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &parts) != 1) {
    return {};
  }
  return std::chrono::system_clock::from_time_t(::timegm(&parts));
}

Error not_usable(const std::filesystem::path& path, std::string_view what, std::string_view hint) {
  ERR_clear_error();
  return Error(ErrorCode::InvalidArgument, path.filename().string() + " " + std::string(what))
      .at(path.string())
      .hint(std::string(hint));
}

}  // namespace

Result<TlsSetup> make_tls(const std::filesystem::path& certificate,
                          const std::filesystem::path& key) {
  OSLER_TRY(const std::string certificate_pem, read_text(certificate, kMostPem));
  OSLER_TRY(const std::string key_pem, read_text(key, kMostPem));
  try {
    auto context = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_server);
    if (!harden(context->native_handle())) {
      ERR_clear_error();
      return Error(ErrorCode::NotSupported, "OpenSSL lacks what TLS 1.2 and 1.3 need");
    }
    Failure failed;
    context->use_certificate_chain(asio::buffer(certificate_pem), failed);
    if (failed) {
      return not_usable(certificate, "is not a certificate",
                        "give the certificate in PEM, its issuers behind it");
    }
    // Without this OpenSSL asks on the terminal.
    context->set_password_callback(
        [](std::size_t /*size*/, asio::ssl::context::password_purpose /*purpose*/) {
          return std::string();
        });
    context->use_private_key(asio::buffer(key_pem), asio::ssl::context::pem, failed);
    if (failed || SSL_CTX_check_private_key(context->native_handle()) != 1) {
      return not_usable(key, "is not the certificate's key",
                        "give the key of this certificate in PEM, not encrypted");
    }
    const auto expires = expiry(context->native_handle());
    return TlsSetup{.context = std::move(context), .expires = expires};
  } catch (const boost::system::system_error& thrown) {
    return Error(ErrorCode::Internal, thrown.code().message()).in_step("preparing TLS");
  }
}

}  // namespace osler::serve::http
