#include "base/certificate.h"

#include <array>
#include <ctime>
#include <memory>
#include <optional>
#include <utility>

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/file.h"

namespace osler::crypto {
namespace {

constexpr std::uint64_t kMostPem = std::uint64_t{1} << 20;
constexpr int kFewestRsaBits = 2048;
constexpr int kFewestCurveBits = 224;

struct Free {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(GENERAL_NAMES* names) const { GENERAL_NAMES_free(names); }
};
using Bio = std::unique_ptr<BIO, Free>;
using X509Handle = std::unique_ptr<X509, Free>;
using Key = std::unique_ptr<EVP_PKEY, Free>;

// An encrypted key is not asked for on the terminal, it is refused.
int no_password(char*, int, int, void*) {
  return -1;
}

Result<Bio> open_pem(const std::filesystem::path& path, std::string& text) {
  OSLER_TRY(text, read_text(path, kMostPem));
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

X509Handle next_certificate(BIO* bio) {
  X509Handle certificate(PEM_read_bio_X509(bio, nullptr, no_password, nullptr));
  ERR_clear_error();
  return certificate;
}

Error no_certificate(const std::filesystem::path& path) {
  return Error(ErrorCode::DataCorrupt, "there is no certificate in this file")
      .at(path.string())
      .hint("give the certificate in PEM, its issuers behind it");
}

std::optional<std::chrono::system_clock::time_point> time_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) {
    return std::nullopt;
  }
  return std::chrono::system_clock::from_time_t(::timegm(&parts));
}

std::string address(const ASN1_OCTET_STRING* bytes) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const int size = ASN1_STRING_length(bytes);
  const int family = size == 4 ? AF_INET : AF_INET6;
  if ((size != 4 && size != 16) ||
      ::inet_ntop(family, ASN1_STRING_get0_data(bytes), text.data(), text.size()) == nullptr) {
    return {};
  }
  return text.data();
}

std::vector<std::string> names_of(const X509* certificate) {
  const std::unique_ptr<GENERAL_NAMES, Free> list(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  std::vector<std::string> names;
  for (int i = 0; i < sk_GENERAL_NAME_num(list.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(list.get(), i);
    std::string text;
    if (name->type == GEN_DNS) {
      text.assign(reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName)),
                  static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName)));
    } else if (name->type == GEN_IPADD) {
      text = address(name->d.iPAddress);
    }
    if (!text.empty()) {
      names.push_back(std::move(text));
    }
  }
  return names;
}

void describe_key(const X509* certificate, Certificate& found) {
  const EVP_PKEY* key = X509_get0_pubkey(certificate);
  if (key == nullptr) {
    found.key = "a key that cannot be read";
    found.key_is_strong = false;
    return;
  }
  const int bits = EVP_PKEY_get_bits(key);
  const char* kind = EVP_PKEY_get0_type_name(key);
  found.key = std::string(kind == nullptr ? "?" : kind) + " " + std::to_string(bits) + " bits";
  found.key_is_strong =
      bits >= (EVP_PKEY_is_a(key, "RSA") == 1 ? kFewestRsaBits : kFewestCurveBits);
}

}  // namespace

Result<Certificate> read_certificate(const std::filesystem::path& path) {
  std::string text;
  OSLER_TRY(const Bio bio, open_pem(path, text));
  const X509Handle certificate = next_certificate(bio.get());
  if (!certificate) {
    return no_certificate(path);
  }
  const auto from = time_of(X509_get0_notBefore(certificate.get()));
  const auto until = time_of(X509_get0_notAfter(certificate.get()));
  if (!from || !until) {
    return no_certificate(path);
  }
  Certificate found{.not_before = *from, .not_after = *until};
  found.names = names_of(certificate.get());
  describe_key(certificate.get(), found);
  found.self_signed = X509_self_signed(certificate.get(), 0) == 1;
  while (next_certificate(bio.get())) {
    ++found.issuers;
  }
  ERR_clear_error();
  return found;
}

Result<bool> key_fits(const std::filesystem::path& certificate, const std::filesystem::path& key) {
  std::string certificate_text;
  std::string key_text;
  OSLER_TRY(const Bio certificate_bio, open_pem(certificate, certificate_text));
  OSLER_TRY(const Bio key_bio, open_pem(key, key_text));
  const X509Handle read = next_certificate(certificate_bio.get());
  if (!read) {
    return no_certificate(certificate);
  }
  const Key secret(PEM_read_bio_PrivateKey(key_bio.get(), nullptr, no_password, nullptr));
  ERR_clear_error();
  if (!secret) {
    return Error(ErrorCode::DataCorrupt, "there is no key in this file, or it is encrypted")
        .at(key.string())
        .hint("give the key of the certificate in PEM, not encrypted");
  }
  const bool fits = X509_check_private_key(read.get(), secret.get()) == 1;
  ERR_clear_error();
  return fits;
}

std::string openssl_version() {
  return OpenSSL_version(OPENSSL_VERSION_STRING);
}

}  // namespace osler::crypto
