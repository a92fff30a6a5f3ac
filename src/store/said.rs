//! What a connection's server said of itself, and what this process knew of it before.
//!
//! A part of `link`. `first_packet` and `answer` tell what an answer has shown; `known_servers` remembers it for later requests.

use super::known_servers;
use super::version::Instance;
use crate::db::host::Host;
use crate::db::server::{Quirks, Server};

pub struct Said {
    at: Host,
    /// In this request's first packet or, if that is fresh, in one before.
    server: Option<Server>,
    quirks: Quirks,
    is_node: bool,
    instance: Instance,
}

impl Said {
    pub fn nothing_yet(at: &Host) -> Self {
        let known = known_servers::recall(at);
        Self {
            at: at.clone(),
            server: None,
            quirks: Quirks::default(),
            is_node: known.is_some_and(|(server, _)| server.clustered),
            instance: Instance::UNKNOWN,
        }
    }

    pub fn server(&self) -> Option<Server> {
        self.server
    }

    pub fn quirks(&self) -> Quirks {
        self.quirks
    }

    /// A node of a cluster, as far as is known.
    pub fn is_node(&self) -> bool {
        self.is_node
    }

    /// Which run of a server it is, once a row was read there.
    pub fn instance(&self) -> Instance {
        self.instance
    }

    pub fn recall_quirks(&mut self) {
        self.quirks = known_servers::quirks(&self.at);
    }

    /// What was known of the server. It has to be asked again, unless that is fresh: then it has said it.
    pub fn recall_server(&mut self) -> Option<Server> {
        let known = known_servers::recall(&self.at);
        self.server = known.filter(|(_, fresh)| *fresh).map(|(server, _)| server);
        let (server, _) = known?;
        self.is_node = server.clustered;
        Some(server)
    }

    /// It was asked all of this.
    pub fn learn_server(&mut self, server: Server) {
        known_servers::remember(&self.at, server);
        self.learn_part(server);
    }

    /// It was not asked whether it is a node: what is remembered grows no younger.
    pub fn learn_part(&mut self, server: Server) {
        self.server = Some(server);
        self.is_node = server.clustered;
    }

    pub fn learn_quirks(&mut self, quirks: Quirks) {
        known_servers::remember_quirks(&self.at, quirks);
        self.quirks = quirks;
    }

    pub fn learn_node(&mut self) {
        if let Some(server) = self.server {
            self.learn_server(Server {
                clustered: true,
                ..server
            });
        }
        self.is_node = true;
    }

    pub fn learn_packet_limit(&mut self, bytes: usize) {
        if let Some(server) = &mut self.server {
            server.max_allowed_packet = bytes;
        }
    }

    pub fn learn_instance(&mut self, instance: Instance) {
        self.instance = instance;
    }
}
