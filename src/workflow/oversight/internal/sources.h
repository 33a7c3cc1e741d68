#pragma once

#include "workflow/home.h"
#include "workflow/oversight/internal/papers.h"
#include "workflow/oversight/internal/report_facts.h"

namespace osler::workflow::oversight::internal {

// Where the pages' facts come from: a home, and what was read of it before.
struct Sources {
  explicit Sources(Home& whose) : home(whose) {}

  Home& home;
  PaperShelf papers;
  ReportShelf reports;
};

}  // namespace osler::workflow::oversight::internal
