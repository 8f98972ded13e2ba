//! The routes, and their running until told to stop.

use crate::app_config;
use crate::assets::Assets;
use crate::error::Fault;
use crate::headers::SecurityHeaders;
use crate::relay::{self, Limits, Relay};
use axum::Router;
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::middleware::map_response_with_state;
use axum::response::Response;
use axum::routing::get;
use std::future::Future;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// What to serve. Without `dist` the relay is alone, at `/`.
pub struct Config {
    pub dist: Option<PathBuf>,
    pub data: PathBuf,
    /// What `/config.json` names instead of our own relay.
    pub relays: Option<Vec<String>>,
    pub limits: Limits,
}

pub struct Server {
    router: Router,
    relay: Arc<Relay>,
    stop: watch::Sender<bool>,
}

struct App {
    assets: Assets,
    relays: Option<Vec<String>>,
}

impl Server {
    /// Reads the app and opens the relay's store.
    pub fn open(config: Config) -> Result<Self, Fault> {
        let (stop, stopping) = watch::channel(false);
        let relay = Arc::new(Relay::open(&config.data, config.limits, stopping)?);
        let router = match config.dist {
            None => Router::new().merge(relay::route("/", relay.clone())),
            Some(dist) => {
                let app = Arc::new(App { assets: Assets::load(&dist)?, relays: config.relays });
                Router::new()
                    .route("/config.json", get(config_json))
                    .fallback(file)
                    .with_state(app)
                    .merge(relay::route("/relay", relay.clone()))
            }
        };
        // Last, so that it is around everything: also what no route answers.
        let router = router.layer(map_response_with_state(SecurityHeaders::new(), secured));
        Ok(Self { router, relay, stop })
    }

    /// Serves on every listener until `stopped` is ready, then says goodbye to the
    /// relay's clients and returns.
    pub async fn serve(
        self,
        listeners: Vec<TcpListener>,
        stopped: impl Future<Output = ()> + Send + 'static,
    ) -> Result<(), Fault> {
        let Self { router, relay, stop } = self;
        let mut tasks = tokio::task::JoinSet::new();
        for listener in listeners {
            let service = router.clone().into_make_service_with_connect_info::<SocketAddr>();
            let mut stopping = stop.subscribe();
            let until = async move {
                // An error means that the sender is gone, which ends us as well.
                let _ = stopping.wait_for(|stop| *stop).await;
            };
            tasks.spawn(async move {
                axum::serve(listener, service).with_graceful_shutdown(until).await
            });
        }
        tokio::select! {
            () = stopped => {}
            Some(Ok(ended)) = tasks.join_next() => ended?,
        }
        stop.send_replace(true);
        relay.closed().await;
        // A browser may hold an idle connection open for minutes: not waited for.
        tasks.shutdown().await;
        Ok(())
    }
}

async fn config_json(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    app_config::answer(app.relays.as_deref(), &headers)
}

async fn file(State(app): State<Arc<App>>, request: Request) -> Response {
    app.assets.answer(request.method(), request.uri().path(), request.headers())
}

async fn secured(State(headers): State<SecurityHeaders>, mut response: Response) -> Response {
    headers.add(&mut response);
    response
}
