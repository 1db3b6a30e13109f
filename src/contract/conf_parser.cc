#include "contract/conf_parser.h"

#include "base/files.h"
#include "contract/conf_lexer.h"

#include <cstdlib>

namespace contract {
namespace {

namespace fs = std::filesystem;

constexpr int kDeepestInclude = 32;   // a file that includes itself must not eat the stack
constexpr int kDeepestNesting = 200;  // nor may a thousand brackets

class Parser {
 public:
  struct Surroundings {
    const Environment& environment;
    const ReadText& read_text;
    int includes = 0;                         // how deep we are in files
    std::vector<std::string> variables = {};  // being looked up in the environment right now
  };

  Parser(std::string_view text, const fs::path& file, Surroundings surroundings)
      : lexer_(text, std::make_shared<const std::string>(file.string())),
        folder_(file.parent_path()),
        around_(std::move(surroundings)) {}

  base::Result<ConfValue> read() {
    ConfValue top = ConfValue::map();
    maps_.push_back(&top);
    for (;;) {
      lexer_.skip_space_and_comments();
      const int c = lexer_.peek();
      if (c == ConfLexer::kEnd) return top;
      // The braces around a JSON file count for nothing.
      if (c == '{' || (c == '}' && braces_ > 0)) {
        braces_ += c == '{' ? 1 : -1;
        lexer_.next();
        continue;
      }
      TRY(field(top, ConfLexer::In::top));
      TRY(end_of_top_value());
    }
  }

 private:
  base::Result<void> field(ConfValue& map, ConfLexer::In where) {
    if (lexer_.peek() == '=' || lexer_.peek() == ':') {
      const int c = lexer_.peek();
      return lexer_.error("Unexpected key separator '" + shown(c) + "'" +
                          (where == ConfLexer::In::map ? "." : ""));
    }
    ConfLexer::Key key = TRY(lexer_.key(where));
    if (key.is_include) return include(map);
    keys_.push_back(std::move(key));
    lexer_.skip_space();
    const bool separated = lexer_.peek() == '=' || lexer_.peek() == ':';
    if (separated) lexer_.next();
    if (where == ConfLexer::In::top) {
      lexer_.skip_blanks();
      if (ConfLexer::is_line_end(lexer_.peek())) {
        lexer_.next();
        return lexer_.error("Expected value but found new line");
      }
    } else {
      lexer_.skip_space();
      if (lexer_.peek() == ',') return lexer_.error("Unexpected map value terminator \",\".");
      if (lexer_.peek() == '}') return {};  // its name is the map's, then
    }
    if (lexer_.peek() == ConfLexer::kEnd && !separated) {
      if (where == ConfLexer::In::map) return {};  // the map's end will be missed
      return base::Error(base::ErrorCode::invalid,
                         "config is invalid (" + lexer_.place().text() + ")");
    }
    ConfValue read = TRY(value());
    // As in nats-server: a key without a value at the end of a map gives its name to that map.
    const ConfLexer::Key last = std::move(keys_.back());
    keys_.pop_back();
    read.set_place(last.place);
    map.set(last.text, std::move(read));
    return {};
  }

  base::Result<ConfValue> value() {
    if (++nesting_ > kDeepestNesting) return lexer_.error("Nested too deeply.");
    ConfPlace place = lexer_.place();
    const int first = lexer_.peek();
    ConfValue out;
    if (lexer_.peek() == '{') {
      out = TRY(map());
    } else if (lexer_.peek() == '[') {
      out = TRY(list());
    } else {
      ConfLexer::Scalar scalar = TRY(lexer_.scalar());
      out = scalar.variable ? TRY(variable(*scalar.variable, place.line)) : std::move(scalar.value);
    }
    // What stands between signs of its own begins behind them; a map is where it ends.
    if (first == '{') {
      place = lexer_.place();
    } else if (std::string_view("\"'[(").find(static_cast<char>(first)) != std::string_view::npos) {
      ++place.column;
    }
    out.set_place(place);
    --nesting_;
    return out;
  }

  base::Result<ConfValue> map() {
    ConfValue out = ConfValue::map();
    maps_.push_back(&out);
    lexer_.next();
    for (;;) {
      lexer_.skip_space_and_comments();
      const int c = lexer_.peek();
      if (c == ConfLexer::kEnd) return lexer_.error("Unexpected EOF processing map.");
      if (c == ']') return lexer_.error("Unexpected array end ']' processing map.");
      if (c != '}') {
        TRY(field(out, ConfLexer::In::map));
        TRY(end_of_map_value());
        if (lexer_.peek() != '}') continue;
      }
      lexer_.next();
      maps_.pop_back();
      return out;
    }
  }

  base::Result<ConfValue> list() {
    ConfValue out = ConfValue::list();
    lexer_.next();
    for (;;) {
      lexer_.skip_space_and_comments();
      if (lexer_.peek() == ',') return lexer_.error("Unexpected array value terminator ','.");
      if (lexer_.peek() == ConfLexer::kEnd) return end_of_list_value().error();
      if (lexer_.peek() != ']') {
        out.items().push_back(TRY(value()));
        TRY(end_of_list_value());
        if (lexer_.peek() != ']') continue;
      }
      lexer_.next();
      return out;
    }
  }

  // Leaves a '}' for the caller and takes one separator.
  base::Result<void> end_of_map_value() {
    lexer_.skip_blanks();
    if (lexer_.at_comment()) lexer_.skip_comment();
    const int c = lexer_.peek();
    if (c == '}') return {};
    lexer_.next();
    if (c == ',' || c == ';' || ConfLexer::is_line_end(c)) return {};
    return lexer_.error(
        "Expected a map value terminator \",\" or a map terminator \"}\", but got '" + shown(c) +
        "' instead.");
  }

  base::Result<void> end_of_list_value() {
    lexer_.skip_blanks();
    if (lexer_.at_comment()) lexer_.skip_comment();
    const int c = lexer_.peek();
    if (c == ']') return {};
    lexer_.next();
    if (c == ',' || ConfLexer::is_line_end(c)) return {};
    return lexer_.error(
        "Expected an array value terminator \",\" or an array terminator \"]\", but got '" +
        shown(c) + "' instead.");
  }

  base::Result<void> end_of_top_value() {
    lexer_.skip_blanks();
    if (lexer_.at_comment()) lexer_.skip_comment();
    const bool inside = braces_ > 0;
    if (inside && lexer_.peek() == '}') return {};
    const int c = lexer_.next();
    if (ConfLexer::is_line_end(c) || c == ';' || c == ',' || (!inside && c == '}')) return {};
    if (!inside && c == ConfLexer::kEnd) return {};
    return lexer_.error(std::string("Expected a ") + (inside ? "block" : "top") +
                        "-level value to end with a new line, comment or EOF, but got '" +
                        shown(c) + "' instead.");
  }

  base::Result<void> include(ConfValue& into) {
    const std::string name = TRY(lexer_.include_path());
    const fs::path path = folder_ / fs::path(name).relative_path();
    const auto wrap = [&](const std::string& why) {
      return base::Error(base::ErrorCode::invalid,
                         "error parsing include file '" + name + "', " + why);
    };
    if (around_.includes >= kDeepestInclude) return wrap("included too deeply");
    const auto text = around_.read_text(path);
    if (!text) return wrap("open " + path.string() + ": no such file or directory");
    auto included =
        Parser(*text, path, {around_.environment, around_.read_text, around_.includes + 1}).read();
    if (!included) return wrap(included.error().what);
    for (ConfField& field : included->fields()) {
      into.set(field.key, std::move(field.value)).used_as_variable = field.used_as_variable;
    }
    return {};
  }

  base::Result<ConfValue> variable(const std::string& name, int line) {
    if (name.starts_with("2a$")) return ConfValue::text("$" + name);  // a bcrypt hash
    for (auto map = maps_.rbegin(); map != maps_.rend(); ++map) {
      for (ConfField& field : (*map)->fields()) {
        if (field.key != name) continue;
        field.used_as_variable = true;
        return field.value;
      }
    }
    const std::string what =
        "variable reference for '" + name + "' on line " + std::to_string(line);
    const auto& under_way = around_.variables;
    if (std::find(under_way.begin(), under_way.end(), name) != under_way.end()) {
      return base::Error(base::ErrorCode::invalid, "variable reference cycle for '" + name + "'");
    }
    if (const auto found = around_.environment(name)) {
      Surroundings inside{around_.environment, around_.read_text, around_.includes, under_way};
      inside.variables.push_back(name);
      const std::string assignment = name + "=" + *found;
      auto parsed = Parser(assignment, {}, std::move(inside)).read();
      if (!parsed) return std::move(parsed).error().in(what + " could not be parsed");
      if (const ConfValue* read = parsed->find(name)) return *read;
    }
    return base::Error(base::ErrorCode::invalid, what + " can not be found");
  }

  ConfLexer lexer_;
  fs::path folder_;
  Surroundings around_;
  std::vector<ConfValue*> maps_;      // from the outermost to the one being read
  std::vector<ConfLexer::Key> keys_;  // of values being read, and of those that have none
  int nesting_ = 0;
  int braces_ = 0;  // around what is read, of those that count for nothing
};

}  // namespace

Environment process_environment() {
  return [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe): nobody sets it
    if (value == nullptr) return std::nullopt;
    return value;
  };
}

base::Result<ConfValue> parse_conf(std::string_view text,
                                   const fs::path& file,
                                   const Environment& environment,
                                   const ReadText& read) {
  return Parser(text, file, {environment, read}).read();
}

base::Result<ConfValue> read_conf(const fs::path& file, const Environment& environment) {
  std::error_code problem;
  if (!fs::exists(file, problem)) {
    return base::Error(base::ErrorCode::not_found,
                       "open " + file.string() + ": no such file or directory");
  }
  const std::string text = TRY(base::read_file(file));
  return parse_conf(text, file, environment);
}

}  // namespace contract
