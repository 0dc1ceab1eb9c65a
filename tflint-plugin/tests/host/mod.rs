//! A host for the plugin: what TFLint does at the other end of the wire, as far as the plugin
//! can tell.

#![allow(dead_code, reason = "each test uses a part of it")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what goes wrong here is a test that fails"
)]

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crosstrail_tflint::grpc::{self, Connection};
use crosstrail_tflint::process::COOKIE;
use crosstrail_tflint::rules;
use crosstrail_tflint::socket::{Listener, Stream};
use crosstrail_tflint::wire::{
    ApplyChangesRequest, ApplyConfigRequest, ApplyGlobalConfigRequest, Attribute, AttributePath, Block, BodyContent,
    CheckRequest, ConnInfo, ContentResponse, EmitIssueRequest, EmitIssueResponse, Empty, EvaluateExprRequest,
    EvaluateExprResponse, Expression, GetFileRequest, GetFileResponse, GetFilesResponse, GetModuleContentRequest,
    GetModulePathResponse, GetRuleConfigContentRequest, GlobalConfig, ModuleContext, Position, Range, Step,
    StepSelector, TextResponse, ValueMark,
};
use hyper::body::Incoming;
use hyper::{Request, Response};
use tokio::sync::mpsc;
use tokio_stream::wrappers::UnboundedReceiverStream;
use tonic::Status;
use tonic::body::Body;

/// A directory for one test, gone afterwards.
pub(crate) struct Scratch(pub(crate) PathBuf);

impl Scratch {
    pub(crate) fn new(name: &str) -> Self {
        let dir = std::env::temp_dir().join(format!("ct-{name}-{}", std::process::id()));
        let _not_there = std::fs::remove_dir_all(&dir);
        std::fs::create_dir_all(&dir).unwrap();
        Self(dir.canonicalize().unwrap())
    }

    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.0.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _gone = std::fs::remove_dir_all(&self.0);
    }
}

/// The plugin, started in `dir` with its sockets in `sockets`.
pub(crate) fn start(dir: &Path, sockets: &Path) -> (Child, String) {
    let mut child = command(dir, sockets).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    (child, line)
}

pub(crate) fn command(dir: &Path, sockets: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tflint-ruleset-crosstrail"));
    command.current_dir(dir).env(COOKIE.0, COOKIE.1).env("PLUGIN_UNIX_SOCKET_DIR", sockets);
    command.env("PLUGIN_MIN_PORT", "10000").env("PLUGIN_MAX_PORT", "25000").env("PLUGIN_PROTOCOL_VERSIONS", "11");
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).stdin(Stdio::null());
    command
}

/// Where a line of the handshake says that the plugin listens.
pub(crate) fn place(line: &str) -> ConnInfo {
    let fields: Vec<&str> = line.trim_end().split('|').collect();
    assert_eq!((fields.len(), fields[0], fields[1], fields[4]), (5, "1", "11", "grpc"), "{line}");
    assert!(line.ends_with('\n'));
    ConnInfo { network: fields[2].to_owned(), address: fields[3].to_owned(), ..ConnInfo::default() }
}

/// A host with its plugin.
pub(crate) struct Host {
    pub(crate) child: Child,
    pub(crate) connection: Connection,
    pub(crate) sockets: Scratch,
    said: mpsc::UnboundedSender<ConnInfo>,
    last_id: Mutex<u32>,
}

impl Host {
    /// Starts the plugin in `dir` and calls it.
    pub(crate) async fn start(name: &str, dir: &Path) -> Self {
        let sockets = Scratch::new(&format!("{name}-s"));
        let (child, line) = start(dir, &sockets.0);
        let stream = Stream::connect(&place(&line)).await.unwrap();
        let connection = Connection::over(stream).await.unwrap();
        let (said, says) = mpsc::unbounded_channel();
        let says = UnboundedReceiverStream::new(says);
        let heard = connection.stream::<ConnInfo, ConnInfo>("/plugin.GRPCBroker/StartStream", says).await.unwrap();
        // The host keeps the stream and never gets anything on it.
        std::mem::forget(heard);
        Self { child, connection, sockets, said, last_id: Mutex::new(0) }
    }

    pub(crate) async fn call<M, R>(&self, path: &'static str, message: M) -> Result<R, Status>
    where
        M: prost::Message + 'static,
        R: prost::Message + Default + 'static,
    {
        self.connection.call(path, message).await
    }

    /// Says which rules are wanted, and what stands in the block of the plugin.
    pub(crate) async fn configure(&self, config: GlobalConfig, block: &[(&str, &str)], file: &str) {
        let config = Some(config);
        self.call::<_, Empty>("/proto.RuleSet/ApplyGlobalConfig", ApplyGlobalConfigRequest { config }).await.unwrap();
        let attribute = |(name, text): &(&str, &str)| {
            let position = Position { line: 1, column: 1, byte: 0 };
            let range = Range { filename: file.to_owned(), start: Some(position), end: Some(position) };
            let expression = Expression { bytes: text.as_bytes().to_vec(), range: Some(range), ..Default::default() };
            let name = (*name).to_owned();
            (name.clone(), Attribute { name, expression: Some(expression), ..Default::default() })
        };
        let content = Some(BodyContent { attributes: block.iter().map(attribute).collect(), blocks: vec![] });
        self.call::<_, Empty>("/proto.RuleSet/ApplyConfig", ApplyConfigRequest { content }).await.unwrap();
    }

    /// A number for a check, and a listener of which the plugin is not told yet.
    pub(crate) fn listen(&self) -> (u32, Listener, ConnInfo) {
        let mut last = self.last_id.lock().unwrap();
        *last += 1;
        let listener = open(&self.sockets.0.join(format!("r{last}")));
        let (network, address) = listener.place().unwrap();
        let info = ConnInfo { service_id: *last, network: network.to_owned(), address, knock: None };
        (*last, listener, info)
    }

    /// Tells the plugin where the host listens.
    pub(crate) fn say(&self, info: ConnInfo) {
        self.said.send(info).unwrap();
    }

    /// Has `module` checked: the issues that are shown, in the order in which they came.
    pub(crate) async fn check(&self, module: &Arc<Module>) -> Result<Vec<EmitIssueRequest>, Status> {
        let (runner, listener, info) = self.listen();
        self.say(info);
        let serving = tokio::spawn(serve(listener, Arc::clone(module)));
        let checked = self.call::<_, Empty>("/proto.RuleSet/Check", CheckRequest { runner }).await;
        serving.abort();
        checked.map(|_| std::mem::take(&mut *module.issues.lock().unwrap()))
    }

    /// Closes the stream, says goodbye and hangs up; how the plugin ends, and how soon.
    pub(crate) async fn close(mut self) -> (ExitStatus, Duration) {
        drop(self.said);
        let _either_way = self.connection.call::<_, Empty>("/plugin.GRPCController/Shutdown", Empty {}).await;
        drop(self.connection);
        let started = Instant::now();
        let status = ended(&mut self.child).await;
        (status, started.elapsed())
    }
}

/// The rules of `issues`.
pub(crate) fn names(issues: &[EmitIssueRequest]) -> Vec<&str> {
    issues.iter().map(|issue| issue.rule.as_ref().unwrap().name.as_str()).collect()
}

/// One rule and no other.
pub(crate) fn only(rule: &str) -> GlobalConfig {
    GlobalConfig { only: vec![rules::name_of_code(rule)], ..GlobalConfig::default() }
}

#[cfg(unix)]
fn open(directory: &Path) -> Listener {
    std::fs::create_dir_all(directory).unwrap();
    Listener::open(directory).unwrap()
}

/// Waits for a process to end by itself.
pub(crate) async fn ended(child: &mut Child) -> ExitStatus {
    for _ in 0..2000 {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let _end = child.kill();
    panic!("the plugin does not end");
}

pub(crate) fn text_of(stderr: Option<ChildStderr>) -> String {
    let mut text = String::new();
    stderr.unwrap().read_to_string(&mut text).unwrap();
    text
}

/// A module that is checked, as the host knows it.
#[derive(Default)]
pub(crate) struct Module {
    /// The calls that lead to it.
    pub(crate) path: Vec<String>,
    /// The directory that the host was started in.
    pub(crate) original: String,
    /// Its files.
    pub(crate) files: Mutex<BTreeMap<String, Vec<u8>>>,
    /// The files of other modules.
    pub(crate) others: BTreeMap<String, Vec<u8>>,
    /// The variables of the root; `None` for one that has no value.
    pub(crate) variables: BTreeMap<String, Option<String>>,
    /// Those that are marked as sensitive.
    pub(crate) sensitive: Vec<String>,
    /// The rules that a comment silences.
    pub(crate) silenced: Vec<String>,
    /// Rules with something in their blocks that is not taken there.
    pub(crate) wrong_rules: Vec<String>,
    pub(crate) issues: Mutex<Vec<EmitIssueRequest>>,
    /// How often files were changed.
    pub(crate) changes: Mutex<usize>,
}

impl Module {
    /// The root module of `dir` seen from `original`, with the files that the disk has.
    pub(crate) fn root(original: &Path, dir: &str) -> Self {
        let is_loaded = |name: &str| name.ends_with(".tf") || name.ends_with(".tf.json");
        let mut files = BTreeMap::new();
        for entry in original.join(dir).read_dir().unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let known = if dir == "." { name.clone() } else { format!("{dir}/{name}") };
            if is_loaded(&name) {
                files.insert(known.clone(), std::fs::read(original.join(known)).unwrap());
            }
        }
        Self { original: original.to_str().unwrap().to_owned(), files: Mutex::new(files), ..Self::default() }
    }

    fn evaluate(&self, request: &EvaluateExprRequest) -> EvaluateExprResponse {
        let text = String::from_utf8(request.expression.clone().unwrap().bytes).unwrap();
        if let Some(text) = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')) {
            return EvaluateExprResponse { value: dynamic_string(text), marks: vec![] };
        }
        assert!(text.starts_with("{\n"), "{text}");
        let mark = |name: &String| ValueMark {
            path: Some(AttributePath {
                steps: vec![Step { selector: Some(StepSelector::AttributeName(name.clone())) }],
            }),
            sensitive: true,
            ephemeral: false,
        };
        EvaluateExprResponse { value: object(&self.variables), marks: self.sensitive.iter().map(mark).collect() }
    }

    /// The variables of the root, and a call in each of its files.
    fn content(&self, request: &GetModuleContentRequest) -> ContentResponse {
        assert_eq!(request.option.unwrap().module, i32::from(ModuleContext::Root));
        let block = |kind: &str, label: &str, filename: &str| Block {
            kind: kind.to_owned(),
            labels: vec![label.to_owned()],
            body: Some(BodyContent::default()),
            def_range: Some(Range { filename: filename.to_owned(), start: None, end: None }),
            ..Block::default()
        };
        let kinds: Vec<&str> = request.schema.iter().flat_map(|it| &it.blocks).map(|it| it.kind.as_str()).collect();
        let variables = self.variables.keys().map(|name| block("variable", name, "main.tf"));
        let calls = self.others.keys().map(|file| block("module", "m", file));
        let blocks = variables.chain(calls).filter(|block| kinds.contains(&block.kind.as_str())).collect();
        ContentResponse { content: Some(BodyContent { blocks, ..BodyContent::default() }) }
    }

    fn rule_block(&self, request: &GetRuleConfigContentRequest) -> Result<ContentResponse, Status> {
        if self.wrong_rules.contains(&request.name) {
            return Err(Status::failed_precondition(
                ".tflint.hcl:3,3-9: Unsupported argument; An argument named \"x\"",
            ));
        }
        Ok(ContentResponse::default())
    }

    fn emit(&self, issue: EmitIssueRequest) -> EmitIssueResponse {
        let name = &issue.rule.as_ref().unwrap().name;
        let applied = !self.silenced.contains(name);
        if applied {
            self.issues.lock().unwrap().push(issue);
        }
        EmitIssueResponse { applied }
    }

    fn file(&self, name: &str) -> Result<GetFileResponse, Status> {
        let own = self.files.lock().unwrap().get(name).cloned();
        let file = own.or_else(|| self.others.get(name).cloned());
        file.map(|file| GetFileResponse { file }).ok_or_else(|| Status::not_found("file not found"))
    }
}

/// Answers what is asked about `module` by whoever calls first.
pub(crate) async fn serve(listener: Listener, module: Arc<Module>) {
    let stream = listener.accept().await.unwrap();
    let _gone = grpc::serve(stream, move |request| answer(Arc::clone(&module), request)).await;
}

async fn answer(module: Arc<Module>, request: Request<Incoming>) -> Response<Body> {
    match request.uri().path() {
        "/proto.Runner/GetOriginalwd" => {
            one(request, |_: Empty| Ok(TextResponse { text: module.original.clone() })).await
        }
        "/proto.Runner/GetModulePath" => {
            one(request, |_: Empty| Ok(GetModulePathResponse { path: module.path.clone() })).await
        }
        "/proto.Runner/GetFiles" => {
            one(request, |_: Empty| Ok(GetFilesResponse { files: module.files.lock().unwrap().clone() })).await
        }
        "/proto.Runner/GetFile" => one(request, |it: GetFileRequest| module.file(&it.name)).await,
        "/proto.Runner/GetModuleContent" => one(request, |it| Ok(module.content(&it))).await,
        "/proto.Runner/GetRuleConfigContent" => one(request, |it| module.rule_block(&it)).await,
        "/proto.Runner/EvaluateExpr" => one(request, |it| Ok(module.evaluate(&it))).await,
        "/proto.Runner/EmitIssue" => one(request, |it| Ok(module.emit(it))).await,
        "/proto.Runner/ApplyChanges" => {
            one(request, |it: ApplyChangesRequest| {
                *module.changes.lock().unwrap() += 1;
                module.files.lock().unwrap().extend(it.changes);
                Ok(Empty {})
            })
            .await
        }
        path => panic!("{path}"),
    }
}

async fn one<M, R>(request: Request<Incoming>, mut handler: impl FnMut(M) -> Result<R, Status> + Send) -> Response<Body>
where
    M: prost::Message + Default + 'static,
    R: prost::Message + Default + 'static,
{
    grpc::unary(request, |message| std::future::ready(handler(message))).await
}

fn dynamic_string(text: &str) -> Vec<u8> {
    [&[0x92, 0xc4, 8][..], br#""string""#, &string(text)].concat()
}

fn string(text: &str) -> Vec<u8> {
    let len = u16::try_from(text.len()).unwrap();
    [&[0xda][..], &len.to_be_bytes(), text.as_bytes()].concat()
}

/// An object of strings as the host encodes it.
fn object(fields: &BTreeMap<String, Option<String>>) -> Vec<u8> {
    let types: Vec<String> = fields.keys().map(|name| format!("\"{name}\":\"string\"")).collect();
    let ty = format!("[\"object\",{{{}}}]", types.join(","));
    let mut bytes = vec![0x92, 0xc5];
    bytes.extend(u16::try_from(ty.len()).unwrap().to_be_bytes());
    bytes.extend(ty.as_bytes());
    bytes.push(0xde);
    bytes.extend(u16::try_from(fields.len()).unwrap().to_be_bytes());
    for (name, value) in fields {
        bytes.extend(string(name));
        bytes.extend(value.as_ref().map_or_else(|| vec![0xd4, 0, 0], |value| string(value)));
    }
    bytes
}
