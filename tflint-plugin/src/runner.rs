//! The host's side of a check: what can be asked about the module that is checked.

use std::fmt;

use tonic::{Code, Status};

use crate::grpc::Connection;
use crate::socket::Stream;
use crate::wire::{
    ApplyChangesRequest, BodyContent, BodySchema, ConnInfo, ContentResponse, EmitIssueRequest, EmitIssueResponse,
    Empty, EvaluateExprRequest, EvaluateExprResponse, EvaluateOption, Expression, GetFileRequest, GetFileResponse,
    GetFilesResponse, GetModuleContentRequest, GetModulePathResponse, GetRuleConfigContentRequest, ModuleContentOption,
    ModuleContext, TextResponse,
};

/// Blocks as they are written, not one for each instance.
const AS_WRITTEN: i32 = 1;

/// Why a check could not be done, in lower case and without a full stop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure(pub String);

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Who can be asked about one module. A clone asks over the same connection.
#[derive(Debug, Clone)]
pub struct Runner {
    connection: Connection,
}

impl Runner {
    /// Calls the host where it listens.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn connect(info: &ConnInfo) -> Result<Self, Failure> {
        let stream = Stream::connect(info).await.map_err(|error| Failure(format!("no way to the host: {error}")))?;
        let connection = Connection::over(stream).await;
        Ok(Self { connection: connection.map_err(|error| Failure(format!("no way to the host: {error}")))? })
    }

    /// The directory that the host was started in, which names of files are seen from.
    ///
    /// # Errors
    /// When the host does not say.
    pub async fn original_directory(&self) -> Result<String, Failure> {
        let response: TextResponse = self.ask("/proto.Runner/GetOriginalwd", Empty {}).await?;
        Ok(response.text)
    }

    /// The names of the calls that lead to the module; none for the root.
    ///
    /// # Errors
    /// When the host does not say.
    pub async fn module_path(&self) -> Result<Vec<String>, Failure> {
        let response: GetModulePathResponse = self.ask("/proto.Runner/GetModulePath", Empty {}).await?;
        Ok(response.path)
    }

    /// The files of the module by name, as they are after changes so far.
    ///
    /// # Errors
    /// When the host does not say.
    pub async fn files(&self) -> Result<GetFilesResponse, Failure> {
        self.ask("/proto.Runner/GetFiles", Empty {}).await
    }

    /// The file of that name, of whichever module; `None` if the host has not loaded it.
    ///
    /// # Errors
    /// When the host does not say.
    pub async fn file(&self, name: &str) -> Result<Option<Vec<u8>>, Failure> {
        let request = GetFileRequest { name: name.to_owned() };
        match self.connection.call::<_, GetFileResponse>("/proto.Runner/GetFile", request).await {
            Ok(response) => Ok(Some(response.file)),
            Err(status) if status.code() == Code::NotFound => Ok(None),
            Err(status) => Err(failure(&status)),
        }
    }

    /// The blocks that `schema` asks for, as they are written.
    ///
    /// # Errors
    /// When the host does not say.
    pub async fn blocks(&self, schema: BodySchema, module: ModuleContext) -> Result<BodyContent, Failure> {
        let option = Some(ModuleContentOption { module: module.into(), expand_mode: AS_WRITTEN });
        let request = GetModuleContentRequest { schema: Some(schema), option };
        let response: ContentResponse = self.ask("/proto.Runner/GetModuleContent", request).await?;
        Ok(response.content.unwrap_or_default())
    }

    /// Has the host compare what stands in the block of the rule `name` with `schema`.
    ///
    /// # Errors
    /// When something else stands there.
    pub async fn rule_block(&self, name: String, schema: BodySchema) -> Result<BodyContent, Failure> {
        let request = GetRuleConfigContentRequest { name, schema: Some(schema) };
        let response: ContentResponse = self.ask("/proto.Runner/GetRuleConfigContent", request).await?;
        Ok(response.content.unwrap_or_default())
    }

    /// The value of `expression`, of whatever type it is.
    ///
    /// # Errors
    /// When it has none: it is wrong.
    pub async fn evaluate(
        &self,
        expression: Expression,
        module: ModuleContext,
    ) -> Result<EvaluateExprResponse, Failure> {
        let option = Some(EvaluateOption { ty: br#""dynamic""#.to_vec(), module: module.into() });
        let request = EvaluateExprRequest { option, expression: Some(expression) };
        self.ask("/proto.Runner/EvaluateExpr", request).await
    }

    /// Tells the host of an issue, and whether that shows it.
    ///
    /// # Errors
    /// When the host does not take it.
    pub async fn emit(&self, issue: EmitIssueRequest) -> Result<bool, Failure> {
        let response: EmitIssueResponse = self.ask("/proto.Runner/EmitIssue", issue).await?;
        Ok(response.applied)
    }

    /// Has the host change files.
    ///
    /// # Errors
    /// When the new texts are no configuration.
    pub async fn apply(&self, changes: ApplyChangesRequest) -> Result<(), Failure> {
        self.ask::<_, Empty>("/proto.Runner/ApplyChanges", changes).await.map(drop)
    }

    async fn ask<M, R>(&self, path: &'static str, message: M) -> Result<R, Failure>
    where
        M: prost::Message + 'static,
        R: prost::Message + Default + 'static,
    {
        self.connection.call(path, message).await.map_err(|status| failure(&status))
    }
}

/// What the host says, in one line.
fn failure(status: &Status) -> Failure {
    let said = status.message().trim().replace('\n', "; ");
    Failure(if said.is_empty() { format!("the host does not answer: {}", status.code()) } else { said })
}
