#include "plan/plan_shape.h"

namespace plan {

namespace {

// Kept as it is written: ${…} and {…} are the shell's.
Codec<std::string> command_value() {
  auto codec = text_value();
  codec.read = [](std::string& value, const base::Yaml& yaml, Source&) { value = yaml.text(); };
  return codec;
}

// The rows of one secret: NAME_file, NAME_env, NAME_command.
void add_secret(Shape<Access>& shape,
                const std::string& name,
                Secret Access::*secret,
                const std::string& what) {
  const auto part = [secret](auto field) {
    return [ secret, field ](auto& access) -> auto& {
      return access.*secret.*field;
    };
  };
  shape.push_back(key<Access>(
      name + "_file", part(&Secret::file), path_value(), "A file whose first line is " + what));
  shape.push_back(key<Access>(name + "_env",
                              part(&Secret::variable),
                              text_value(),
                              "An environment variable that holds " + what));
  shape.push_back(key<Access>(name + "_command",
                              part(&Secret::command),
                              command_value(),
                              "A shell command on this machine whose first line is " + what));
}

Shape<Access> make_shape() {
  Shape<Access> shape{
      key<Access>("context",
                  &Access::context,
                  text_value(),
                  "A context of the nats CLI, for what is not said here"),
      key<Access>("user", &Access::user, text_value(), "The user natsctl's own clients log in as"),
  };
  add_secret(shape, "password", &Access::password, "the password");
  add_secret(shape, "token", &Access::token, "the token");
  add_secret(shape, "nkey", &Access::nkey, "the seed of the user's nkey");
  shape.push_back(
      key<Access>("creds", &Access::creds, path_value(), "A credentials file (JWT and seed)"));
  shape.push_back(
      key<Access>("ca", &Access::ca, path_value(), "TLS: the authorities trusted, PEM"));
  shape.push_back(
      key<Access>("cert", &Access::cert, path_value(), "TLS: natsctl's certificate, PEM"));
  shape.push_back(key<Access>("key", &Access::key, path_value(), "TLS: its key, PEM"));
  return shape;
}

}  // namespace

const Shape<Access>& access_shape() {
  static const Shape<Access> shape = make_shape();
  return shape;
}

}  // namespace plan
