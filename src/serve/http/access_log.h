#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace osler::serve::http {

// What became of one request. Neither path nor query nor any header: they may name patients.
struct AccessRecord {
  std::chrono::system_clock::time_point time;  // when its answer was ready to be sent
  std::string id;                              // of the request
  std::string method;                          // "GET"; "-" where it could not be read
  std::string route;                           // the route's pattern; "-" where there is none
  int status = 0;
  std::uint64_t bytes = 0;    // of the body, as far as they were sent
  double milliseconds = 0.0;  // from its first byte to its answer's last
  std::string remote;
};

// {"bytes": …, "id": …, …, "time": "2026-11-24T09:12:31Z"} as one line, without a new line.
[[nodiscard]] std::string to_json_line(const AccessRecord& record);

// A request that the server failed, for the operator: never sent to the client.
struct Trouble {
  std::string id;      // of the request
  std::string route;   // pattern
  std::string reason;  // an Error's message, or the type of what a handler threw; names no patient
};
[[nodiscard]] std::string to_json_line(const Trouble& trouble);

}  // namespace osler::serve::http
