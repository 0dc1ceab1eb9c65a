//! What the host may call.

use std::sync::{Arc, Mutex, PoisonError};

use crosstrail_analyzer::rules::RULES;
use hyper::body::Incoming;
use hyper::{Request, Response};
use tokio::sync::Notify;
use tonic::body::Body;
use tonic::{Status, Streaming};

use crate::broker::Broker;
use crate::check::{self, Memory};
use crate::runner::Runner;
use crate::settings::{self, Settings};
use crate::socket::SocketFile;
use crate::wire::{
    ApplyConfigRequest, ApplyGlobalConfigRequest, CheckRequest, ConnInfo, Empty, GetConfigSchemaResponse,
    GetRuleNamesResponse, HealthRequest, HealthResponse, SERVING, StdioData, TextResponse,
};
use crate::{VERSION, grpc, rules};

/// The service that [`HealthRequest`]s ask for.
const HEALTH_NAME: &str = "plugin";

/// What of the protocol this plugin keeps to, as the version of the SDK that brought it.
const SDK_VERSION: &str = "0.25.0";

/// The hosts that this plugin works with.
const HOST_VERSIONS: &str = ">= 0.46";

/// The plugin in its process.
pub(crate) struct Server {
    socket: SocketFile,
    farewell: Arc<Notify>,
    broker: Broker,
    settings: Mutex<Settings>,
    memory: Arc<Memory>,
}

impl Server {
    /// One that removes `socket` when the host has called, and announces the end by `farewell`.
    pub(crate) fn new(socket: SocketFile, farewell: Arc<Notify>) -> Arc<Self> {
        Arc::new(Self {
            socket,
            farewell,
            broker: Broker::default(),
            settings: Mutex::default(),
            memory: Arc::default(),
        })
    }

    /// Leaves nothing behind.
    pub(crate) fn tidy_up(&self) {
        self.socket.remove();
    }

    /// Answers a call.
    pub(crate) async fn answer(self: Arc<Self>, request: Request<Incoming>) -> Response<Body> {
        match request.uri().path() {
            "/proto.RuleSet/GetName" => text(request, rules::PLUGIN).await,
            "/proto.RuleSet/GetVersion" => text(request, VERSION).await,
            "/proto.RuleSet/GetVersionConstraint" => text(request, HOST_VERSIONS).await,
            "/proto.RuleSet/GetSDKVersion" => text(request, SDK_VERSION).await,
            "/proto.RuleSet/GetRuleNames" => grpc::unary(request, rule_names).await,
            "/proto.RuleSet/GetConfigSchema" => grpc::unary(request, config_schema).await,
            "/proto.RuleSet/ApplyGlobalConfig" => {
                grpc::unary(request, |wanted| std::future::ready(self.apply_global_config(wanted))).await
            }
            "/proto.RuleSet/ApplyConfig" => {
                grpc::unary(request, |wanted| std::future::ready(self.apply_config(wanted))).await
            }
            "/proto.RuleSet/Check" => {
                grpc::unary(request, |CheckRequest { runner }| Arc::clone(&self).check(runner)).await
            }
            _ => self.answer_plumbing(request).await,
        }
    }

    /// Answers what every plugin is asked.
    async fn answer_plumbing(self: Arc<Self>, request: Request<Incoming>) -> Response<Body> {
        match request.uri().path() {
            "/grpc.health.v1.Health/Check" => grpc::unary(request, health).await,
            "/plugin.GRPCBroker/StartStream" => {
                let server = Arc::clone(&self);
                let listen = move |stream| drop(tokio::spawn(Arc::clone(&server).hear(stream)));
                grpc::listening::<ConnInfo, ConnInfo>(request, listen).await
            }
            "/plugin.GRPCStdio/StreamStdio" => grpc::silent::<Empty, StdioData>(request).await,
            "/plugin.GRPCController/Shutdown" => {
                self.farewell.notify_one();
                grpc::unary(request, |_: Empty| std::future::ready(Ok(Empty {}))).await
            }
            _ => Status::unimplemented("no such method").into_http(),
        }
    }

    /// Hears where the host listens, for as long as there is a host.
    async fn hear(self: Arc<Self>, mut said: Streaming<ConnInfo>) {
        self.socket.remove();
        while let Ok(Some(info)) = said.message().await {
            self.broker.add(info);
        }
        self.farewell.notify_one();
    }

    fn apply_global_config(&self, request: ApplyGlobalConfigRequest) -> Result<Empty, Status> {
        let config = request.config.ok_or_else(|| Status::invalid_argument("config should not be null"))?;
        self.settings.lock().unwrap_or_else(PoisonError::into_inner).apply_rules(config);
        self.memory.begin();
        Ok(Empty {})
    }

    fn apply_config(&self, request: ApplyConfigRequest) -> Result<Empty, Status> {
        let content = request.content.ok_or_else(|| Status::invalid_argument("content should not be null"))?;
        self.settings.lock().unwrap_or_else(PoisonError::into_inner).apply_block(content);
        Ok(Empty {})
    }

    /// Checks the module of `runner`. In a task of its own: a panic there is an answer, too.
    async fn check(self: Arc<Self>, runner: u32) -> Result<Empty, Status> {
        let info = self.broker.info(runner).await?;
        let settings = self.settings.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let memory = Arc::clone(&self.memory);
        let check = tokio::spawn(async move {
            let runner = Runner::connect(&info).await?;
            check::check(settings, memory, runner).await
        });
        match check.await {
            Ok(Ok(())) => Ok(Empty {}),
            Ok(Err(failure)) => Err(Status::aborted(format!("crosstrail: {failure}"))),
            Err(_panic) => Err(Status::aborted(
                "crosstrail: the check itself has failed, which is a fault of the plugin; please report it",
            )),
        }
    }
}

async fn text(request: Request<Incoming>, text: &str) -> Response<Body> {
    grpc::unary(request, |_: Empty| std::future::ready(Ok(TextResponse { text: text.to_owned() }))).await
}

async fn health(request: HealthRequest) -> Result<HealthResponse, Status> {
    if request.service == HEALTH_NAME {
        return Ok(HealthResponse { status: SERVING });
    }
    Err(Status::not_found("unknown service"))
}

async fn rule_names(_: Empty) -> Result<GetRuleNamesResponse, Status> {
    Ok(GetRuleNamesResponse { names: RULES.iter().map(|rule| rules::name(rule)).collect() })
}

async fn config_schema(_: Empty) -> Result<GetConfigSchemaResponse, Status> {
    Ok(GetConfigSchemaResponse { schema: Some(settings::schema()) })
}
