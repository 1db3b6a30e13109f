#include "actions/by_hand.h"

#include "actions/server.h"
#include "exec/kubectl.h"
#include "exec/pod.h"
#include "exec/shell.h"

#include <fmt/core.h>

namespace actions {

const plan::Node* node_by_hand(const plan::Plan& plan, const playbook::Step& step) {
  return plan.find(step.node);
}

std::string quoted(const std::string& text) {
  return exec::shell_word(text);
}

namespace {

// As typed at this machine: over ssh, with sudo, as the node's executor does it.
std::string there(const plan::Node& node, const std::string& command, bool as_root = false) {
  const auto& spec = node.executor;
  const auto line = (as_root && spec.sudo ? "sudo " : "") + command;
  return spec.is_remote() ? "ssh " + quoted(spec.host) + " " + quoted(line) : line;
}

std::string kubectl(const plan::Node& node, const std::string& words) {
  return exec::Kubectl::by_hand(node.executor) + " " + words;
}

// A Pod for a moment, of the release's image.
std::string trial_by_hand(const plan::Release& release,
                          const plan::Node& node,
                          const std::string& words) {
  return kubectl(node,
                 fmt::format("run natsctl-trial --rm -i --restart=Never --image={} -- {}",
                             quoted(release.image),
                             words));
}

}  // namespace

std::string template_by_hand(const plan::Node& node, const std::string& image) {
  const auto set = quoted("statefulset/" + exec::stateful_set_of(node.executor.pod));
  return kubectl(node,
                 fmt::format("patch {} -p '{{\"spec\":{{\"updateStrategy\":{{\"type\":\"OnDelete\","
                             "\"rollingUpdate\":null}}}}}}' && ",
                             set)) +
         kubectl(node,
                 fmt::format("set image {} {}={}", set, node.executor.container, quoted(image)));
}

std::string image_by_hand(const plan::Node& node) {
  return kubectl(
      node,
      fmt::format("get pod {} -o jsonpath='{{.spec.containers[?(@.name==\"{}\")].image}}'",
                  quoted(node.executor.pod),
                  node.executor.container));
}

std::string try_conf_by_hand(const plan::Release& release, const plan::Node& node) {
  const auto& spec = node.executor;
  const auto question = " -t -c " + quoted(node.config.string());
  if (spec.is_pod())
    return trial_by_hand(release, node, question.substr(1)) + "   # with the conf mounted there";
  if (!spec.is_container()) return quoted(release.binary.string()) + question;
  return fmt::format("{} run --rm --network none --volumes-from {}:ro {}{}",
                     spec.type,
                     quoted(spec.container),
                     quoted(release.image),
                     question);
}

std::string kill_by_hand(const plan::Node& node, const std::string& signal) {
  if (const auto& spec = node.executor; spec.is_pod()) {
    const auto pod = quoted(spec.pod);
    if (signal == "USR2")
      return kubectl(node,
                     fmt::format("delete pod {} --wait=false   # its preStop drains it", pod));
    return kubectl(node,
                   fmt::format("exec {} -c {} -- nats-server --signal quit={}",
                               pod,
                               spec.container,
                               node.pid_file.empty() ? "1" : quoted(node.pid_file.string())));
  }
  if (const auto& spec = node.executor; spec.is_container()) {
    const auto& name = quoted(spec.container);
    const auto kill = fmt::format("{} kill --signal SIG{} {}", spec.type, signal, name);
    return spec.type == "podman" ? kill
                                 : fmt::format("docker update --restart no {} && {}", name, kill);
  }
  const auto& unit = node.executor.service;
  if (!unit.empty()) {
    return there(
        node, fmt::format("systemctl kill --kill-who=main --signal=SIG{} {}", signal, unit), true);
  }
  if (!node.pid_file.empty())
    return there(node, fmt::format("kill -{} $(cat {})", signal, quoted(node.pid_file.string())));
  return there(
      node,
      fmt::format(
          "kill -{} $(ss -Hltnp 'sport = :{}' | grep -o 'pid=[0-9]*' | head -1 | cut -d= -f2)",
          signal,
          node.client.port));
}

std::string start_by_hand(const plan::Plan& plan, const plan::Node& node) {
  const auto& dir = node.executor.dir;
  if (node.executor.is_pod()) {
    const auto pod = quoted("pod/" + node.executor.pod);
    return kubectl(node, fmt::format("wait --for=condition=Ready --timeout=5m {}", pod)) +
           "   # its StatefulSet made it anew";
  }
  if (const auto& spec = node.executor; spec.is_container()) {
    return fmt::format(
        "{0} run --detach --name {1} … {2}   # all else as `{0} inspect {1}.natsctl-previous` says",
        spec.type,
        quoted(spec.container),
        quoted(plan.release.image));
  }
  const auto& unit = node.executor.service;
  if (!unit.empty()) {
    return there(node, "systemctl start " + unit, true) + "   # a drop-in has its ExecStart= run " +
           (dir / "current/nats-server").string();
  }
  if (!node.executor.start.empty()) {
    return there(node,
                 fmt::format("NATSCTL_PROGRAM={} sh -c {}",
                             quoted((dir / "current/nats-server").string()),
                             quoted(node.executor.start)));
  }
  auto line = "setsid " + quoted((dir / "current" / plan.release.binary.filename()).string());
  for (const auto& argument : server_args(node))
    line += " " + quoted(argument);
  return there(
      node, line + fmt::format(" >> {} 2>&1 < /dev/null &", quoted((dir / "server.log").string())));
}

Lines stage_by_hand(const plan::Release& release, const plan::Node& node) {
  const auto& spec = node.executor;
  if (spec.is_pod()) return {trial_by_hand(release, node, "-v   # " + release.version)};
  if (spec.is_container()) {
    const auto image = quoted(release.image);
    const auto get =
        release.image_archive.empty()
            ? fmt::format("{} pull {}", spec.type, image)
            : fmt::format("{} load --input {}", spec.type, quoted(release.image_archive.string()));
    return {get, fmt::format("{} run --rm {} -v   # {}", spec.type, image, release.version)};
  }
  const auto name =
      spec.is_plain_process() ? release.binary.filename() : plan::fs::path("nats-server");
  const auto to = (spec.dir / "releases" / release.version / name).string();
  if (spec.is_remote()) {
    Lines lines = {
        there(node, "mkdir -p " + quoted(plan::fs::path(to).parent_path().string())),
        fmt::format("scp -p {} {}", quoted(release.binary.string()), quoted(spec.host + ":" + to))};
    if (!release.sha256.empty())
      lines.push_back(
          there(node, fmt::format("echo '{}  {}' | sha256sum --check", release.sha256, to)));
    lines.push_back(there(node, quoted(to) + " -v") + "   # " + release.version);
    return lines;
  }
  Lines lines = {
      fmt::format("install -D -m 0755 {} {}", quoted(release.binary.string()), quoted(to))};
  if (!release.sha256.empty()) {
    lines.push_back(fmt::format("echo '{}  {}' | sha256sum --check", release.sha256, to));
  }
  lines.push_back(quoted(to) + " -v   # " + release.version);
  return lines;
}

Lines temporary_pod_by_hand(const plan::Release& release, const plan::Node& node) {
  const auto& spec = node.executor;
  const auto name = quoted(spec.pod);
  const auto overrides =
      fmt::format(R"({{"spec":{{"containers":[{{"name":"{0}","image":"{1}","args":["-c","{2}"],)"
                  R"("volumeMounts":[{{"name":"conf","mountPath":"{3}"}}]}}],)"
                  R"("volumes":[{{"name":"conf","secret":{{"secretName":"{4}"}}}}]}}}})",
                  spec.container,
                  release.image,
                  node.config.string(),
                  spec.dir.string(),
                  spec.pod);
  const auto file = node.config.filename().string();
  return {
      kubectl(node, fmt::format("create secret generic {} --from-file={}", name, quoted(file))) +
          " && rm " + quoted(file),
      kubectl(node, fmt::format("create service clusterip {} --clusterip=None", name)),
      kubectl(node,
              fmt::format("run {0} --restart=Never --labels=app={0} --image={1} --overrides={2}",
                          name,
                          quoted(release.image),
                          quoted(overrides))) +
          fmt::format("   # and the mounts of {}'s certificates, if any", spec.like)};
}

Lines remove_temporary_pod_by_hand(const plan::Node& node) {
  const auto name = quoted(node.executor.pod);
  return {
      kubectl(node, fmt::format("exec {} -- nats-server --signal ldm=1", name)),
      kubectl(node,
              fmt::format("wait --for=jsonpath='{{.status.phase}}'=Succeeded --timeout=5m pod/{}",
                          name)),
      kubectl(node, fmt::format("delete pod/{0} service/{0} secret/{0}", name))};
}

std::string activate_by_hand(const std::string& version, const plan::Node& node) {
  if (const auto& spec = node.executor; spec.is_container()) {
    const auto name = quoted(spec.container);
    return fmt::format(
        "{0} rename {1} {1}.natsctl-previous   # it is the way back; what comes "
        "next runs {2}",
        spec.type,
        name,
        version);
  }
  return there(
      node,
      fmt::format(
          "ln -sfnT releases/{} {}", version, quoted((node.executor.dir / "current").string())));
}

std::string curl(const plan::Node& node, const std::string& path) {
  if (node.monitor) return fmt::format("curl -s http://{}{}", node.monitor.text(), path);
  std::string question = path.substr(1);
  std::transform(question.begin(), question.end(), question.begin(), [](char letter) {
    return letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 'a' + 'A') : letter;
  });
  return fmt::format("nats --context $SYSTEM request '$SYS.REQ.SERVER.PING.{}' {}",
                     question,
                     quoted(fmt::format(R"({{"server_name":"{}"}})", node.name)));
}

}  // namespace actions
