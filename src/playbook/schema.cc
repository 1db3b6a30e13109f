#include "playbook/playbook_reader.h"

// The schema of a playbook, made of the words that the reader checks it against.
namespace playbook {

namespace {

using base::Json;

Json texts(const std::vector<Word>& words) {
  auto list = Json::array();
  for (const auto& word : words)
    list.push(word.name);
  return list;
}

Json list_of(Json items) {
  return Json::object({{"type", "array"}, {"minItems", 1}, {"items", std::move(items)}});
}

// "action", or { action: { gate: …, its arguments } }.
Json step(const Vocabulary& vocabulary) {
  auto actions = Json::object();
  for (const auto& word : vocabulary.actions) {
    auto when = Json::object(
        {{"enum", Json(std::vector<std::string>{kWhenJetStream, kWhenSystemAccount})}});
    auto settings =
        Json::object({{"gate", Json::object({{"type", "string"}})}, {"when", std::move(when)}});
    for (const auto& argument : word.arguments)
      settings.set(argument,
                   Json::object({{"type", Json(std::vector<std::string>{"string", "number"})}}));
    actions.set(word.name,
                Json::object({{"description", word.meaning},
                              {"type", "object"},
                              {"additionalProperties", false},
                              {"properties", std::move(settings)}}));
  }
  const auto map = Json::object({{"type", "object"},
                                 {"minProperties", 1},
                                 {"maxProperties", 1},
                                 {"additionalProperties", false},
                                 {"properties", std::move(actions)}});
  return Json::object(
      {{"anyOf", Json::Array{Json::object({{"enum", texts(vocabulary.actions)}}), map}}});
}

Json each_node() {
  const auto steps = list_of(Json::object({{"$ref", "#/$defs/step"}}));
  return Json::object({{"type", "object"},
                       {"required", Json::Array{"each-node"}},
                       {"additionalProperties", false},
                       {"properties", Json::object({{"each-node", steps}})}});
}

Json gate(const Vocabulary& vocabulary) {
  const auto duration = Json::object({{"type", "string"}});
  return Json::object(
      {{"type", "object"},
       {"required", Json::Array{"all"}},
       {"additionalProperties", false},
       {"properties",
        Json::object({{"all", list_of(Json::object({{"enum", texts(vocabulary.conditions)}}))},
                      {"hold", duration},
                      {"within", duration}})}});
}

}  // namespace

Json playbook_schema(const Vocabulary& vocabulary) {
  const auto step_ref = Json::object({{"$ref", "#/$defs/step"}});
  const auto properties = Json::object(
      {{"apiVersion", Json::object({{"const", "natsctl/v1"}})},
       {"kind", Json::object({{"const", "Playbook"}})},
       {"name", Json::object({{"type", "string"}})},
       {"summary", Json::object({{"type", "string"}})},
       {"order", list_of(Json::object({{"enum", texts(order_words())}}))},
       {"gates", Json::object({{"type", "object"}, {"additionalProperties", gate(vocabulary)}})},
       {"steps", list_of(Json::object({{"anyOf", Json::Array{step_ref, each_node()}}}))},
       {"recover", list_of(step_ref)}});
  return Json::object(
      {{"$schema", "https://json-schema.org/draft/2020-12/schema"},
       {"title", "natsctl Playbook"},
       {"description", "In what order a cluster is changed, and what is waited for"},
       {"type", "object"},
       {"additionalProperties", false},
       {"required", Json::Array{"apiVersion", "kind", "name", "steps"}},
       {"properties", properties},
       {"$defs", Json::object({{"step", step(vocabulary)}})}});
}

}  // namespace playbook
