#pragma once

#include "plan/plan.h"
#include "playbook/outlook.h"

#include <string>
#include <vector>

// The words and cells that the renderings of steps share.
namespace playbook {

using Cells = std::vector<std::string>;

// Columns as wide as their widest cell, two blanks between them, no blanks at the end of a line.
// The first row is the heading.
std::string to_columns(const std::vector<Cells>& rows);

// The same as a Markdown table.
std::string to_markdown_table(const std::vector<Cells>& rows);

// "demo to 2.10.28: 12 steps, about 1m40s".
std::string headline(const plan::Plan& plan, const Outlook& outlook);

// Step, what it waits for, how long it takes, and the clients of every server after it.
std::vector<Cells> step_table(const plan::Plan& plan, const Outlook& outlook);

// What the forecast says in sentences: where the clients are at the end, how many had to move, and
// the same for the way that was not chosen.
std::vector<std::string> forecast_sentences(const plan::Plan& plan, const Outlook& outlook);

// To the second; below a second in milliseconds.
std::string about(base::nanoseconds duration);

}  // namespace playbook
