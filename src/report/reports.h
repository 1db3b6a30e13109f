#pragma once

#include "report/step_result.h"

#include <string>
#include <vector>

// What happened, for those who were not there. Pure: the same events give the same text.
namespace report {

// A page of text, as `natsctl report` prints it.
std::string text_report(const std::vector<run::Event>& events);

// One HTML page that needs nothing from elsewhere: for a ticket, an archive, a colleague.
std::string html_report(const std::vector<run::Event>& events);

// JUnit XML for a CI system: a test case a step, and one that says whether messages were lost.
// `suite` names it: "rehearsal of demo".
std::string junit_report(const std::vector<run::Event>& events, const std::string& suite);

// & < > " ' written so that they are text in HTML and XML; control characters left out.
std::string escaped(const std::string& text);

}  // namespace report
