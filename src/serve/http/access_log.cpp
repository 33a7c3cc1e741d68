#include "serve/http/access_log.h"

#include <cmath>

#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "base/json.h"

namespace osler::serve::http {

std::string to_json_line(const AccessRecord& record) {
  return dump_json(Json{{"time", to_rfc3339(record.time)},
                        {"id", record.id},
                        {"method", record.method},
                        {"route", record.route},
                        {"status", record.status},
                        {"bytes", record.bytes},
                        {"ms", std::round(record.milliseconds * 1000.0) / 1000.0},
                        {"remote", record.remote}});
}

std::string to_json_line(const Trouble& trouble) {
  return dump_json(Json{{"id", trouble.id}, {"route", trouble.route}, {"reason", trouble.reason}});
}

}  // namespace osler::serve::http
