#pragma once

#include <chrono>
#include <filesystem>
#include <memory>

#include "base/result.h"
#include "serve/http/internal/net.h"

namespace osler::serve::http {

struct TlsSetup {
  std::shared_ptr<asio::ssl::context> context;
  std::chrono::system_clock::time_point expires;  // of the server's own certificate
};

// TLS 1.2 and 1.3 with forward secrecy and authenticated encryption only (RFC 9325); no
// compression, no renegotiation, no session cache. InvalidArgument: not PEM, an encrypted key, or a
// key of another certificate. Others as read_file().
[[nodiscard]] Result<TlsSetup> make_tls(const std::filesystem::path& certificate,
                                        const std::filesystem::path& key);

}  // namespace osler::serve::http
