#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"

namespace osler::crypto {

// What an X.509 certificate (RFC 5280) says that matters to whoever serves with it.
struct Certificate {
  std::chrono::system_clock::time_point not_before;
  std::chrono::system_clock::time_point not_after;
  std::vector<std::string> names;  // subjectAltName: DNS names and addresses, in their order
  std::string key;                 // "RSA 2048 bits", "EC 256 bits", "ED25519 253 bits"
  bool key_is_strong = true;       // RSA of 2048 bits and more, curves of 224 and more
  std::size_t issuers = 0;         // certificates behind it in the file
  bool self_signed = false;
};

// The first certificate of a PEM file.
// NotFound, PermissionDenied: as read_file(). DataCorrupt: there is no certificate in it.
[[nodiscard]] Result<Certificate> read_certificate(const std::filesystem::path& path);

// Whether the PEM key belongs to the first certificate.
// DataCorrupt: a file is not what it should be; an encrypted key cannot be read.
[[nodiscard]] Result<bool> key_fits(const std::filesystem::path& certificate,
                                    const std::filesystem::path& key);

// The OpenSSL at run time, "3.0.17".
[[nodiscard]] std::string openssl_version();

}  // namespace osler::crypto
